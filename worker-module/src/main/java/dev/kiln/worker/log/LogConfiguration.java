package dev.kiln.worker.log;

import dev.kiln.database.LockSessions;
import dev.kiln.log.MovedLogs;
import dev.kiln.reaper.Intents;
import dev.kiln.region.Regions;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The mover of old logs and its start. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(LogSettings.class)
public class LogConfiguration {

    @Bean
    LogMover logMover(JdbcClient jdbc, Regions regions, Intents intents, LockSessions sessions, LogSettings settings) {
        return new LogMover(new MovedLogs(jdbc, regions), intents, sessions, settings);
    }

    // Only after the worker itself has started: by then the schema has been checked.
    @Bean
    ApplicationRunner movingLogs(LogMover mover) {
        return arguments -> mover.start();
    }
}
