package dev.kiln.standalone;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Sends the logs of the parts in this JVM to files; the terminal is for people. */
final class Logs {

    /** The variable that names the form of the API's and the workers' logs. */
    static final String FORMAT = "KILN_LOG_FORMAT";

    private static final Set<String> FORMATS = Set.of("ecs", "logstash", "gelf");

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

    /** Gives the API's log the form that {@link #FORMAT} names; empty for text. */
    static void inFormat(String format) {
        if (format.isEmpty()) {
            return;
        }
        if (!FORMATS.contains(format)) {
            throw new IllegalArgumentException(
                    FORMAT + " is \"" + format + "\"; set it to ecs, logstash or gelf, or leave it empty for text");
        }
        var environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addLast(new MapPropertySource("api", Map.of("spring.application.name", "kiln-api")));
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.putObject(Environment.class.getName(), environment);
        var encoder = new StructuredLogEncoder();
        encoder.setContext(context);
        encoder.setFormat(format);
        encoder.start();
        var log = (OutputStreamAppender<ILoggingEvent>)
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("api");
        log.setEncoder(encoder);
    }
}
