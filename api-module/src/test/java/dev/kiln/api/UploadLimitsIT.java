package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.signature.Signatures;
import dev.kiln.testing.TestServers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that takes little, has little patience and clears away often. */
class UploadLimitsIT {

    private static final String PATH = "/api/v1/images";
    private static final Map<String, String> QUERY = Map.of("name", "large", "regionId", "cn-hangzhou");

    @TempDir
    private Path regions;

    private ApiServer server;
    private WireClient client;

    @BeforeEach
    void begin() {
        server = ApiServer.start(
                TestServers.freshDatabase(),
                regions,
                Map.of(
                        "kiln.upload-limit", "4KB",
                        "kiln.abandoned-upload-after", "10s",
                        "kiln.purge-interval", "100ms"));
        client = server.newAccount();
    }

    @AfterEach
    void end() {
        server.close();
    }

    @Test
    void anUploadAboveTheLimitIsRefusedWhetherItsLengthIsToldOrNot() throws IOException {
        var bytes = TestObjects.tar("a", "x".repeat(4000));
        assertThat(client.send("POST", PATH, QUERY, bytes, WireClient.v3Headers(""))
                        .refusal())
                .isEqualTo("413 RequestTooLarge");
        assertThat(RawHttp.exchange(server.port(), chunked(bytes)))
                .startsWith("HTTP/1.1 413")
                .contains("RequestTooLarge");
        assertThat(rows()).isZero();
        assertThat(regions.resolve("cn-hangzhou/images")).isEmptyDirectory();
    }

    private String chunked(byte[] bytes) {
        var headers = WireClient.v3Headers("");
        headers.put("host", "127.0.0.1:" + server.port());
        headers.put("x-acs-content-sha256", Signatures.sha256(bytes));
        headers.put("authorization", client.authorization("POST", PATH, QUERY, headers));
        headers.put("transfer-encoding", "chunked");
        headers.put("connection", "close");
        var request = new StringBuilder("POST " + PATH + "?name=large&regionId=cn-hangzhou HTTP/1.1\r\n");
        headers.forEach(
                (name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
        return request.append("\r\n").append(Integer.toHexString(bytes.length)).append("\r\n")
                + new String(bytes, StandardCharsets.ISO_8859_1) + "\r\n0\r\n\r\n";
    }

    @Test
    void anUploadThatItsProcessLeftBehindIsSweptWhateverWaitsInOtherRegions() throws IOException {
        var partial = regions.resolve("cn-hangzhou/images/m-cnhangzhou1/.partial-1");
        Files.createDirectories(partial.getParent());
        Files.write(partial, new byte[1]);
        // Deleted images of a region that is not configured any more, more than are looked at in one go.
        insert("gone", "FAILED", "Deleting", 150);
        insert("cn-hangzhou", "COPYING", "", 1);
        Awaitility.await().untilAsserted(() -> assertThat(rows()).isEqualTo(150));
        assertThat(partial.getParent()).doesNotExist();
    }

    private void insert(String region, String state, String error, int number) {
        server.jdbc()
                .sql("""
                insert into image_copy (id, account_id, region_id, name, state, error_code, modified_at)
                select 'm-' || replace(:region, '-', '') || n, :account, :region, 'left', :state, :error,
                    now() - interval '11 seconds'
                from generate_series(1, :number) n
                """)
                .param("region", region)
                .param("account", Long.parseLong(client.keys().account()))
                .param("state", state)
                .param("error", error)
                .param("number", number)
                .update();
    }

    private int rows() {
        return server.jdbc()
                .sql("select count(*) from image_copy")
                .query(Integer.class)
                .single();
    }
}
