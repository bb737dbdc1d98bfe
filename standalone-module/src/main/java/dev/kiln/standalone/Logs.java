package dev.kiln.standalone;

import java.nio.file.Path;

/** Where the parts that run within this JVM write their logs; the terminal is for people. */
final class Logs {

    /** The logging configuration, on the class path. */
    static final String CONFIGURATION = "logback-standalone.xml";

    private Logs() {}

    /** To be called before anything logs. */
    static void into(Path dataDirectory) {
        System.setProperty(
                "kiln.logs", dataDirectory.toAbsolutePath().resolve("logs").toString());
        System.setProperty("logback.configurationFile", CONFIGURATION);
    }
}
