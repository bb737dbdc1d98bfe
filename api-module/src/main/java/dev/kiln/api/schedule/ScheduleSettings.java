package dev.kiln.api.schedule;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code kiln.schedules.*}.
 *
 * @param lookEvery how often an API process looks for runs that are due, and for those that wait
 * @param compareEvery how often it looks for base images that have changed
 */
@ConfigurationProperties("kiln.schedules")
record ScheduleSettings(
        @DefaultValue("1s") Duration lookEvery,
        @DefaultValue("5s") Duration compareEvery) {}
