package dev.kiln.api.schedule;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code kiln.schedules.*}.
 *
 * @param lookEvery how often an API process looks for due and waiting runs
 * @param compareEvery how often it looks for changed base images
 */
@ConfigurationProperties("kiln.schedules")
record ScheduleSettings(
        @DefaultValue("1s") Duration lookEvery,
        @DefaultValue("5s") Duration compareEvery) {}
