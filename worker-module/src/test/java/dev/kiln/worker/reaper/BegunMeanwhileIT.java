package dev.kiln.worker.reaper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.image.Digest;
import dev.kiln.reaper.Finding;
import dev.kiln.reaper.RegionSweep;
import dev.kiln.reaper.StoredThings;
import dev.kiln.region.DirectoryRegionStore;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import dev.kiln.region.StoreKey;
import dev.kiln.testing.OwnThreads;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thing is nobody's when the sweep looks, and somebody's when it is about to be removed. */
class BegunMeanwhileIT {

    private static final RegionId REGION = new RegionId("cn-one");

    @TempDir
    private Path directory;

    private final ReaperRig rig = new ReaperRig();

    @Test
    void whatARowNamesMeanwhileStays() throws Exception {
        var store = new DirectoryRegionStore(REGION, directory);
        var things = new StoredThings(rig.jdbc, rig.database.transaction());
        var sweep = new RegionSweep(new Regions(List.of(store)), rig.intents, things, Duration.ZERO);
        var template = rig.template();
        var bytes = "context".getBytes(StandardCharsets.UTF_8);
        var computation = Digest.computation();
        computation.update(bytes);
        var digest = Digest.of(computation);
        var key = new StoreKey("contexts/" + template + "/" + digest.hex());
        store.put(key, new ByteArrayInputStream(bytes), digest, done -> {});

        CompletableFuture<List<Finding>> found;
        try (var user = rig.database.dataSource().getConnection();
                var statement = user.createStatement()) {
            user.setAutoCommit(false);
            statement.execute("update template set context_digest = '" + digest.value() + "'");
            found = CompletableFuture.supplyAsync(() -> compared(sweep), OwnThreads.EACH);
            Awaitility.await().until(this::somebodyWaits);
            user.commit();
        }

        assertThat(found.get()).extracting(Finding::verdict).containsExactly(Finding.Verdict.UNKNOWN);
        assertThat(store.find(key, digest)).isPresent();
        assertThat(sweep.compare(REGION, true)).isEmpty();
    }

    private static List<Finding> compared(RegionSweep sweep) {
        try {
            return sweep.compare(REGION, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean somebodyWaits() {
        return rig.jdbc
                .sql("select exists (select from pg_locks where locktype = 'transactionid' and not granted)")
                .query(Boolean.class)
                .single();
    }
}
