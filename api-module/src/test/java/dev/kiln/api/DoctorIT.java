package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator asks what was left behind; uploads under way are no leftovers, those of a process that is gone are. */
class DoctorIT {

    private static final String PATH = "/api/v1/doctor";

    @TempDir
    private Path regions;

    private ApiServer server;

    @BeforeEach
    void begin() {
        server = ApiServer.start(TestServers.freshDatabase(), regions, Map.of("kiln.worker.reaper-age", "0s"));
    }

    @AfterEach
    void end() {
        server.close();
    }

    private Reply ask(String method) {
        return server.as(ApiServer.ROOT).rest(method, PATH, "");
    }

    private int intents() {
        return server.jdbc()
                .sql("select count(*) from intent")
                .query(Integer.class)
                .single();
    }

    @Test
    void anObjectWithoutARowIsShownAndRemovedWhenThatIsAsked() throws IOException {
        assertThat(ask("GET").at("clean")).isEqualTo("true");
        var stray = regions.resolve("cn-hangzhou/images/m-stray/.partial-1");
        Files.createDirectories(stray.getParent());
        Files.write(stray, new byte[1]);

        assertThat(ask("GET").text())
                .contains("\"clean\":false")
                .contains("m-stray")
                .contains("LEFT");
        assertThat(stray).exists();
        assertThat(ask("POST").text()).contains("\"clean\":true").contains("REMOVED");

        assertThat(stray.getParent()).doesNotExist();
        assertThat(ask("GET").text()).contains("\"findings\":[]");
    }

    @Test
    void aRegionThatCannotBeReadIsNamedWithTheReason() throws IOException {
        Files.writeString(regions.resolve("cn-hangzhou"), "no directory");

        var report = ask("GET");

        assertThat(report.at("clean")).isEqualTo("false");
        assertThat(report.at("findings/0/kind")).isEqualTo("REGION");
        assertThat(report.at("findings/0/detail")).startsWith("the region cannot be read (java");
    }

    @Test
    void anImageWhoseObjectIsGoneIsLost() throws IOException {
        var client = server.newAccount();
        var bytes = TestObjects.tar("a", "b");
        var query = Map.of("name", "golden", "regionId", "cn-hangzhou");
        var image = client.send("POST", "/api/v1/images", query, bytes, WireClient.v3Headers(""))
                .at("imageId");
        assertThat(ask("GET").at("clean")).isEqualTo("true");
        assertThat(intents()).isZero();
        try (var files = Files.list(regions.resolve("cn-hangzhou/images/" + image))) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }

        assertThat(ask("POST").text())
                .contains("\"clean\":false")
                .contains("LOST")
                .contains(image);

        assertThat(server.jdbc()
                        .sql("select count(*) from image_copy")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void anUploadThatIsRefusedLeavesAnIntentToTheReaperAtMost() throws IOException {
        var client = server.newAccount();
        var query = Map.of("name", "golden", "regionId", "cn-hangzhou");
        assertThat(client.send("POST", "/api/v1/images", query, new byte[] {1, 2, 3}, WireClient.v3Headers(""))
                        .status())
                .isEqualTo(422);

        Awaitility.await().untilAsserted(() -> {
            assertThat(ask("POST").at("clean")).isEqualTo("true");
            assertThat(intents()).isZero();
        });
        assertThat(regions.resolve("cn-hangzhou/images")).isEmptyDirectory();
    }

    @Test
    void aPlaceWhereNoWorkerIsAnyMoreIsNamed() {
        server.jdbc()
                .sql("insert into intent (kind, place, name, execution_id, attempt)"
                        + " values ('SCRATCH', 'engine-gone', 'exec-1', 'exec-1', 1)")
                .update();

        assertThat(ask("POST").text())
                .contains("\"clean\":false")
                .contains("engine-gone")
                .contains("exec-1");
    }

    @Test
    void aPlaceThatWillNotComeBackIsForgottenAndWhatSomebodyIsAtIsNot() {
        aPlaceWhereNoWorkerIsAnyMoreIsNamed();
        server.jdbc()
                .sql(
                        "insert into intent (kind, place, name, holder) values ('UPLOAD', 'cn-hangzhou', 'images/m-1', 42)")
                .update();

        var forgotten = server.as(ApiServer.ROOT).rest("DELETE", PATH + "/places/engine-gone", "");
        assertThat(forgotten.status()).as(forgotten.text()).isEqualTo(204);
        assertThat(ask("GET").text()).doesNotContain("engine-gone");
        server.as(ApiServer.ROOT).rest("DELETE", PATH + "/places/cn-hangzhou", "");
        assertThat(intents()).as("a region is no such place").isEqualTo(1);
    }

    @Test
    void onlyTheRootAccountMayAsk() {
        assertThat(server.newAccount()
                        .rest("DELETE", PATH + "/places/engine-gone", "")
                        .status())
                .isEqualTo(403);
        assertThat(server.newAccount().rest("GET", PATH, "").status()).isEqualTo(403);
        assertThat(server.newAccount().rest("POST", PATH, "").status()).isEqualTo(403);
    }
}
