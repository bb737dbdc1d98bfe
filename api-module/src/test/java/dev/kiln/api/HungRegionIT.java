package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.doctor.Uploads;
import dev.kiln.bucket.Bucket;
import dev.kiln.bucket.Buckets;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageKeys;
import dev.kiln.region.DirectoryRegionStore;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionStore;
import dev.kiln.region.Regions;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/** A region, or a bucket, that does not answer holds up nothing but itself. */
@Timeout(120)
class HungRegionIT {

    private static final RegionId HUNG = new RegionId("cn-hangzhou");
    private static final RegionId SOUND = new RegionId("cn-beijing");
    // More than there are threads that write to those who follow.
    private static final int MANY = 6;

    @TempDir
    private Path directory;

    private final CountDownLatch hangs = new CountDownLatch(1);
    private final CountDownLatch answers = new CountDownLatch(1);
    private final AtomicBoolean listingHangs = new AtomicBoolean();

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void answer() {
        answers.countDown();
        threads.shutdownNow();
    }

    @Test
    void whatAnApiDoesFromTimeToTimeGoesOn() throws Exception {
        var regions = new Regions(List.of(hanging(), new DirectoryRegionStore(SOUND, directory.resolve("sound"))));
        try (var server = ApiServer.startOn(regions, Map.of("kiln.purge-interval", "300ms"))) {
            removed(server, "m-hung", HUNG);
            assertThat(hangs.await(30, TimeUnit.SECONDS)).isTrue();

            removed(server, "m-sound", SOUND);
            server.bean(Uploads.class).begin(SOUND, ImageKeys.image(new ImageId("m-upload")));
            server.jdbc()
                    .sql("insert into seen_nonce values ('k', 'old', now() - interval '1 hour')")
                    .update();
            server.jdbc().sql("""
                    select pg_terminate_backend(pid) from pg_stat_activity
                     where application_name = 'kiln-life' and datname = current_database()
                    """).query().listOfRows();

            await(server, "the nonce is forgotten", "not exists (select from seen_nonce where nonce = 'old')");
            await(server, "the upload is alive again", "(select bool_and(alive) from intent_state)");
            await(server, "the other image is gone", "not exists (select from image_copy where id = 'm-sound')");
        }
    }

    @Test
    void whoFollowsWhatIsWrittenNowWaitsForNobodyWhoReadsAnOldLog() throws Exception {
        var regions = new Regions(List.of(hanging(), new DirectoryRegionStore(SOUND, directory.resolve("sound"))));
        try (var server = ApiServer.startOn(regions, Map.of())) {
            var account = server.newAccount();
            var objects = new TestObjects(server, account);
            var worker = new FakeWorker(server);
            var image = objects.image("base");
            var readers = new ArrayList<CompletableFuture<String>>();
            for (int number = 0; number < MANY; number++) {
                var old = objects.start(objects.template(image));
                worker.prints(old, "it was long ago\n");
                worker.moves(old, "SUCCESS");
                assertThat(objects.logMoves(old, HUNG)).isTrue();
                readers.add(CompletableFuture.supplyAsync(() -> follow(account, old), threads));
            }
            assertThat(hangs.await(30, TimeUnit.SECONDS)).isTrue();

            var now = objects.start(objects.template(image));
            worker.prints(now, "it is now\n");
            worker.moves(now, "SUCCESS");

            assertThat(CompletableFuture.supplyAsync(() -> follow(account, now), threads)
                            .get(20, TimeUnit.SECONDS))
                    .contains("it is now");
            answers.countDown();
            for (var reader : readers) {
                assertThat(reader.get(20, TimeUnit.SECONDS)).contains("it was long ago");
            }
        }
    }

    @Test
    void whoDeletesAnImageOrAsksTheDoctorDoesNotWaitForIt() throws Exception {
        var regions = new Regions(List.of(hanging(), new DirectoryRegionStore(SOUND, directory.resolve("sound"))));
        try (var server = ApiServer.startOn(regions, Map.of("kiln.purge-interval", "300ms"))) {
            var account = server.newAccount();
            var image = new TestObjects(server, account).image("doomed");

            var deleted = CompletableFuture.supplyAsync(() -> account.call("DeleteImage", "ImageId", image), threads)
                    .get(30, TimeUnit.SECONDS);
            assertThat(deleted.status()).as(deleted.text()).isEqualTo(200);
            assertThat(account.call("DescribeImages").text()).doesNotContain(image);

            listingHangs.set(true);
            var told = CompletableFuture.supplyAsync(
                            () -> server.as(ApiServer.ROOT).rest("GET", "/api/v1/doctor", ""), threads)
                    .get(30, TimeUnit.SECONDS);
            assertThat(told.at("findings/0/place")).isEqualTo(HUNG.value());
            assertThat(told.at("findings/0/detail")).contains("has not answered for 3 s");

            listingHangs.set(false);
            answers.countDown();
            await(server, "the image is gone", "not exists (select from image_copy where id = '" + image + "')");
        }
    }

    @Test
    void aBucketThatHangsHoldsNoSessionOfTheDatabase() throws Exception {
        try (var server = ApiServer.startWith(HungBucket.class, Map.of())) {
            var bucket = server.bean(HungBucket.class);
            var root = server.as(ApiServer.ROOT);
            var other = server.newAccount();
            var template = root.call(
                            "CreateImagePipeline",
                            "BaseImageType",
                            "OSS",
                            "ImportImageOptions.DiskDeviceMappings.1.OSSBucket",
                            ApiServer.BUCKET,
                            "ImportImageOptions.DiskDeviceMappings.1.OSSObject",
                            "disk.raw")
                    .at("ImagePipelineId");
            var refused = new ArrayList<CompletableFuture<Reply>>();
            try {
                for (int number = 0; number < MANY; number++) {
                    refused.add(CompletableFuture.supplyAsync(
                            () -> root.call("ImportImage", BucketsIT.disk("disk.raw")), threads));
                    refused.add(CompletableFuture.supplyAsync(
                            () -> root.call("StartImagePipelineExecution", "ImagePipelineId", template), threads));
                }
                assertThat(bucket.asked.await(30, TimeUnit.SECONDS)).isTrue();

                // The relay has one of its own.
                assertThat(idleInTransaction(server)).isLessThan(MANY);
                assertThat(other.call("DescribeImages").status()).isEqualTo(200);
                for (var reply : refused) {
                    assertThat(reply.get(30, TimeUnit.SECONDS).refusal()).isEqualTo("503 ServiceUnavailable");
                }
            } finally {
                bucket.answers.countDown();
            }
        }
    }

    private static int idleInTransaction(ApiServer server) {
        return server.jdbc()
                .sql("select count(*) from pg_stat_activity where datname = current_database()"
                        + " and state = 'idle in transaction'")
                .query(Integer.class)
                .single();
    }

    /** A bucket whose directory hangs when an object is looked for; no annotation, or every server would find it. */
    static class HungBucket {

        private final CountDownLatch asked = new CountDownLatch(2 * MANY);
        private final CountDownLatch answers = new CountDownLatch(1);

        @Bean
        @Primary
        Buckets hungBuckets() {
            var nowhere = Path.of("/nonexistent");
            var directory = (Path) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Path.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("resolve")) {
                            asked.countDown();
                            answers.await();
                        }
                        return method.invoke(nowhere, arguments);
                    });
            return new Buckets(List.of(new Bucket(ApiServer.BUCKET, HUNG, directory, Set.of())));
        }
    }

    private static String follow(WireClient account, String execution) {
        var path = "/api/v1/executions/" + execution + "/logs";
        return account.upload("GET", path, new byte[0], Map.of("accept", "text/event-stream"))
                .text();
    }

    private RegionStore hanging() {
        var real = new DirectoryRegionStore(HUNG, directory.resolve("hung"));
        return (RegionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {RegionStore.class}, (proxy, method, arguments) -> {
                    var readsALog = method.getName().equals("open")
                            && arguments[0].toString().startsWith("logs/");
                    var lists = listingHangs.get() && method.getName().equals("list");
                    if (readsALog || lists || method.getName().equals("delete")) {
                        hangs.countDown();
                        answers.await();
                    }
                    return method.invoke(real, arguments);
                });
    }

    private static void removed(ApiServer server, String image, RegionId region) {
        server.jdbc()
                .sql("insert into image_copy (id, account_id, region_id, name, state, error_code)"
                        + " values (:id, 1000000000000001, :region, 'gone', 'FAILED', 'Deleting')")
                .param("id", image)
                .param("region", region.value())
                .update();
    }

    private static void await(ApiServer server, String what, String condition) {
        Awaitility.await(what)
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> server.jdbc()
                        .sql("select " + condition)
                        .query(Boolean.class)
                        .single());
    }
}
