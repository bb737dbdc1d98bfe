package dev.kiln.standalone;

import java.nio.file.Path;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Sends the logs of the parts in this JVM to files; the terminal is for people. */
final class Logs {

    /** A file on the class path. */
    private static final String CONFIGURATION = "logback-standalone.xml";

    private Logs() {}

    /** Sets up logging; call it before anything logs. */
    static void into(Path dataDirectory) {
        System.setProperty(
                "kiln.logs", dataDirectory.toAbsolutePath().resolve("logs").toString());
        System.setProperty("logback.configurationFile", CONFIGURATION);
        // The broker is already logging when the API starts, so the API must not set up logging again.
        System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }
}
