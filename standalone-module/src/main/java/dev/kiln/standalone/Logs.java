package dev.kiln.standalone;

import java.nio.file.Path;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Where the parts that run within this JVM write their logs; the terminal is for people. */
final class Logs {

    /** On the class path. */
    private static final String CONFIGURATION = "logback-standalone.xml";

    private Logs() {}

    /** To be called before anything logs. */
    static void into(Path dataDirectory) {
        System.setProperty(
                "kiln.logs", dataDirectory.toAbsolutePath().resolve("logs").toString());
        System.setProperty("logback.configurationFile", CONFIGURATION);
        // The broker logs already when the API starts, so the API must not set the logging up again.
        System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }
}
