package dev.kiln.worker.reaper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.image.Digest;
import dev.kiln.reaper.Finding;
import dev.kiln.reaper.RegionSweep;
import dev.kiln.reaper.StoredThings;
import dev.kiln.region.DirectoryRegionStore;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionStore;
import dev.kiln.region.Regions;
import dev.kiln.region.StoreKey;
import dev.kiln.testing.OwnThreads;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A thing is nobody's when the sweep looks, and somebody's when it is about to be removed. */
class BegunMeanwhileIT {

    private static final RegionId REGION = new RegionId("cn-one");

    private static final byte[] BYTES = "context".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    private final Digest digest = digest();

    private final ReaperRig rig = new ReaperRig();

    @Test
    void whatARowNamesMeanwhileStays() throws Exception {
        var store = new DirectoryRegionStore(REGION, directory);
        var things = new StoredThings(rig.jdbc, rig.database.transaction());
        var sweep = new RegionSweep(new Regions(List.of(store)), rig.intents, things, Duration.ZERO);
        var key = new StoreKey("contexts/" + rig.template() + "/" + digest.hex());
        store.put(key, new ByteArrayInputStream(BYTES), digest, done -> {});

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

    @Test
    void whatARowNamesWhileTheSweepIsHaltedStays() throws Exception {
        var real = new DirectoryRegionStore(REGION, directory);
        var key = new StoreKey("contexts/" + rig.template() + "/" + digest.hex());
        real.put(key, new ByteArrayInputStream(BYTES), digest, done -> {});
        // Halts for so long that the server ends the session, and somebody else gets the row.
        var others = JdbcClient.create(rig.database.dataSource());
        var halting = (RegionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {RegionStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("remove")) {
                        endIdleTransactions(others);
                        others.sql("update template set context_digest = :digest")
                                .param("digest", digest.value())
                                .update();
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        var things = new StoredThings(rig.jdbc, rig.database.transaction());
        var sweep = new RegionSweep(new Regions(List.of(halting)), rig.intents, things, Duration.ZERO);

        assertThatThrownBy(() -> sweep.compare(REGION, true)).isInstanceOf(RuntimeException.class);

        assertThat(real.find(key, digest)).isPresent();
        assertThat(sweep.compare(REGION, true)).isEmpty();
    }

    private static void endIdleTransactions(JdbcClient others) {
        others.sql("""
                        select pg_terminate_backend(pid, 10000) from pg_stat_activity
                         where datname = current_database() and state = 'idle in transaction'
                        """).query().listOfRows();
    }

    private static Digest digest() {
        var computation = Digest.computation();
        computation.update(BYTES);
        return Digest.of(computation);
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
