package dev.kiln.worker.log;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code kiln.logs.*}.
 *
 * @param moveAfter how long after an execution's end its log is moved from the database into a region; 0: never
 */
@ConfigurationProperties("kiln.logs")
public record LogSettings(@DefaultValue("7d") Duration moveAfter) {}
