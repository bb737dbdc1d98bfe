package dev.kiln.worker.log;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code kiln.logs.*}.
 *
 * @param moveAfter so long after its execution has ended, a log is moved from the database into a region; 0: it stays
 */
@ConfigurationProperties("kiln.logs")
public record LogSettings(@DefaultValue("7d") Duration moveAfter) {}
