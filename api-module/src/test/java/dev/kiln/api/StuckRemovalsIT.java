package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.region.DirectoryRegionStore;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionStore;
import dev.kiln.region.Regions;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that a region cannot remove hold up no other. */
class StuckRemovalsIT {

    private static final RegionId REGION = new RegionId("cn-hangzhou");

    @TempDir
    private Path directory;

    @Test
    void whatCannotBeRemovedWaitsBehindWhatHasNotBeenTried() {
        try (var server = ApiServer.startOn(new Regions(List.of(stuck())), Map.of("kiln.purge-interval", "200ms"))) {
            // As many as one round takes, in one statement, so that no round sees fewer of them.
            server.jdbc().sql("""
                    insert into image_copy (id, account_id, region_id, name, state, error_code, modified_at)
                    select id, 1000000000000001, 'cn-hangzhou', 'gone', 'FAILED', 'Deleting', now() - before
                      from (select 'm-stuck' || n, interval '2 hours' from generate_series(1, 99) n
                            union all values ('m-odd', interval '3 hours'), ('m-sound', interval '1 hour')) as i (id, before)
                    """).update();

            Awaitility.await("the one behind them is gone").until(() -> ids(server, "m-sound") == 0);
            assertThat(ids(server, "m-%")).as("the others are tried again").isEqualTo(100);
        }
    }

    private static int ids(ApiServer server, String like) {
        return server.jdbc()
                .sql("select count(*) from image_copy where id like :like")
                .param("like", like)
                .query(Integer.class)
                .single();
    }

    /** A region that does not remove some images, and one of them for a reason that nobody has thought of. */
    private RegionStore stuck() {
        var store = new DirectoryRegionStore(REGION, directory.resolve("region"));
        return (RegionStore) Proxy.newProxyInstance(
                RegionStore.class.getClassLoader(), new Class<?>[] {RegionStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("delete")) {
                        var key = String.valueOf(arguments[0]);
                        if (key.contains("m-odd")) {
                            throw new IllegalStateException("nobody has thought of this");
                        }
                        if (key.contains("m-stuck")) {
                            throw new IOException("it cannot be removed");
                        }
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
