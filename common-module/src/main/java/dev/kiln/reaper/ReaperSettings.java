package dev.kiln.reaper;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code kiln.worker.reaper-*}; the API reads them too.
 *
 * @param reaperEvery how often a worker looks for what was left behind on its machine, and by intents in the regions
 * @param reaperAge after this, what lies in a region without any row that explains it is removed
 */
@ConfigurationProperties("kiln.worker")
public record ReaperSettings(
        @DefaultValue("30s") Duration reaperEvery,
        @DefaultValue("1h") Duration reaperAge) {}
