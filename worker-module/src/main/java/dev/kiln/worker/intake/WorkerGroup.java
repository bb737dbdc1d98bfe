package dev.kiln.worker.intake;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The share group of all workers, and the settings that the broker needs before the first of them joins. */
public final class WorkerGroup {

    /** The one group that every worker process joins. */
    public static final String NAME = "kiln-workers";

    private static final Logger LOG = LoggerFactory.getLogger(WorkerGroup.class);

    private static final Map<String, String> SETTINGS = Map.of(
            // The default, latest, would skip what was requested before the first worker ever started.
            "share.auto.offset.reset", "earliest",
            // A record is held only until a slot takes it; if a worker dies in between, it is released this soon.
            "share.record.lock.duration.ms", "15000");

    private final Map<String, Object> connection;

    /** @param connection the properties that reach the broker */
    public WorkerGroup(Map<String, Object> connection) {
        this.connection = Map.copyOf(connection);
    }

    /** Sets the group's settings at the broker; best effort, since the sweep finds what the group would miss. */
    public void configure() throws InterruptedException {
        var group = new ConfigResource(ConfigResource.Type.GROUP, NAME);
        var changes = SETTINGS.entrySet().stream()
                .map(setting -> new AlterConfigOp(
                        new ConfigEntry(setting.getKey(), setting.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        try (var admin = Admin.create(connection)) {
            admin.incrementalAlterConfigs(Map.of(group, List.copyOf(changes)))
                    .all()
                    .get(10, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the settings of group {} are as they were: {}", NAME, e.toString());
        }
    }
}
