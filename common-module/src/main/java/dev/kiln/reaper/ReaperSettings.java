package dev.kiln.reaper;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code kiln.worker.reaper-*}; the API reads them too.
 *
 * @param reaperEvery how often a worker searches its machine for leftovers, and the regions for what intents name
 * @param reaperAge an object in a region that no row explains is removed after this time
 */
@ConfigurationProperties("kiln.worker")
public record ReaperSettings(
        @DefaultValue("30s") Duration reaperEvery,
        @DefaultValue("1h") Duration reaperAge) {}
