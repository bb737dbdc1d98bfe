package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.live.Followers;
import dev.kiln.region.RegionId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;

/** Logs that are followed while they grow: nothing is lost, nothing comes twice, and nobody costs more than he may. */
class LiveLogsIT {

    private static final int LINES = 4000;

    private final ApiServer server = LiveServer.shared();

    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);
    private final String execution = objects.start(objects.template(objects.image("base")));

    @Test
    void manyWhoReconnectReadEveryByteOnceWhileItIsWritten() throws Exception {
        var text = new StringBuilder();
        IntStream.rangeClosed(1, LINES)
                .forEach(n -> text.append("line ").append(n).append(" größer ✓\n"));
        var bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        var pool = Executors.newFixedThreadPool(8);
        try {
            var readers = IntStream.range(0, 8)
                    .mapToObj(n -> pool.submit(() -> readAll(new Random(n))))
                    .toList();
            var chance = new Random(8);
            for (int at = 0; at < bytes.length; ) {
                // The worker cuts between characters.
                int end = Math.min(bytes.length, at + 1 + chance.nextInt(900));
                while (end < bytes.length && (bytes[end] & 0xC0) == 0x80) {
                    end++;
                }
                log(at, new String(bytes, at, end - at, StandardCharsets.UTF_8));
                at = end;
            }
            objects.finish(execution, "SUCCESS");
            for (var reader : readers) {
                assertThat(reader.get().lines().toList())
                        .hasSize(LINES)
                        .isEqualTo(text.toString().lines().toList());
            }
        } finally {
            pool.shutdownNow();
        }
        Awaitility.await("everybody has left")
                .until(() -> server.bean(Followers.class).count() == 0);
    }

    @Test
    void aLogThatLiesInARegionIsReadFromThere() throws Exception {
        var text = new StringBuilder();
        int length = 0;
        for (int line = 0; line < LINES; line++) {
            var printed = "line " + line + " größer ✓\n";
            log(length, printed);
            text.append(printed);
            length += printed.getBytes(StandardCharsets.UTF_8).length;
        }
        objects.finish(execution, "SUCCESS");
        var path = "/api/v1/executions/" + execution + "/logs?offset=7";

        assertThat(objects.logMoves(execution, new RegionId("cn-hangzhou"))).isTrue();

        assertThat(server.jdbc()
                        .sql("select count(*) from build_log_chunk where execution_id = :id")
                        .param("id", execution)
                        .query(Integer.class)
                        .single())
                .isZero();
        var unbroken = new Random() {
            @Override
            public int nextInt(int bound) {
                return 1;
            }
        };
        assertThat(readAll(unbroken)).isEqualTo(text.toString());
        var after = client.rest("GET", path, "");
        assertThat(after.text()).isEqualTo(text.substring(7));
        assertThat(after.headers())
                .containsEntry("kiln-next-offset", Integer.toString(length))
                .containsEntry("kiln-log-complete", "true");

        FileSystemUtils.deleteRecursively(server.regions().resolve("cn-hangzhou/logs/" + execution));
        assertThat(client.rest("GET", path, "").status()).isEqualTo(503);
        assertThat(client.upload("GET", path, new byte[0], Map.of("accept", "text/event-stream"))
                        .status())
                .isEqualTo(503);
        var pages = new PageClient(client);
        var file = pages.get("/ui/executions/" + execution + "/log.txt", pages.session(client));
        assertThat(file.status()).isEqualTo(503);
        assertThat(file.headers()).doesNotContainKey("content-disposition");
    }

    /** Reads with connections that break anywhere, or that the server ends, each going on after the last event. */
    private String readAll(Random chance) throws IOException {
        var text = new StringBuilder();
        var last = "";
        while (true) {
            try (var stream = new LogFollower(server, client, execution, last)) {
                if (stream.status() == 204) {
                    return text.toString(); // There is no more, and he has it all.
                }
                assertThat(stream.status()).isEqualTo(200);
                for (var event = stream.next(); event != null; event = stream.next()) {
                    if (event.name().equals("end")) {
                        return text.toString();
                    }
                    if (event.name().equals("log")) {
                        event.data()
                                .get("parts")
                                .forEach(part -> text.append(part.get("text").asString()));
                        last = event.id();
                    }
                    if (chance.nextInt(40) == 0) {
                        break;
                    }
                }
            }
        }
    }

    @Test
    void linesCarryTimeStepAndStreamWhateverTheySay() throws IOException {
        log(0, "[1/2] RUN make\n[2/2] done in 0.00 s\n");
        mark(0, 15, "STARTED", 1);
        objects.finish(execution, "FAILED");

        try (var stream = new LogFollower(server, client, execution, "")) {
            var parts = stream.nextLog().get("parts");
            assertThat(parts.get(0).toString())
                    .isEqualTo("{\"stream\":\"kiln\",\"stage\":\"BUILDING\",\"step\":1,\"steps\":2,"
                            + "\"text\":\"[1/2] RUN make\\n\"}");
            // The command printed what looks like a line of Kiln's.
            assertThat(parts.get(1).get("stream").asString()).isEqualTo("output");
            assertThat(parts.get(1).get("step").asInt()).isEqualTo(1);
        }
    }

    @Test
    void whatWasLeftOutInTheMiddleIsToldAndWhoHasEverythingIsSentHome() throws IOException {
        log(0, "head\n");
        log(1_000_000, "tail\n");
        objects.finish(execution, "SUCCESS");

        try (var stream = new LogFollower(server, client, execution, "")) {
            assertThat(stream.nextLog().get("missing")).isNull();
            var tail = stream.nextLog();
            assertThat(tail.get("missing").asLong()).isEqualTo(999_995);
        }
        assertThat(client.rest("GET", path(), "").text())
                .isEqualTo("head\n\n-- 999995 bytes are left out here: the log has reached its limit\ntail\n");
        try (var stream = new LogFollower(server, client, execution, "1000005")) {
            assertThat(stream.status()).isEqualTo(204);
        }
    }

    @Test
    void noMoreFollowThanMayAndOthersSeeNothing() throws IOException {
        var open = new ArrayList<LogFollower>();
        for (int n = 0; n < LiveServer.FOLLOWERS; n++) {
            open.add(new LogFollower(server, client, execution, ""));
        }
        assertThat(client.upload("GET", path(), new byte[0], Map.of("accept", "text/event-stream"))
                        .refusal())
                .isEqualTo("429 TooManyFollowers");
        assertThat(server.newAccount()
                        .upload("GET", path(), new byte[0], Map.of("accept", "text/event-stream"))
                        .status())
                .isEqualTo(404);
        for (var stream : open) {
            stream.close();
        }
        Awaitility.await("they have left")
                .until(() -> server.bean(Followers.class).count() == 0);
    }

    private String path() {
        return "/api/v1/executions/" + execution + "/logs";
    }

    private void log(long at, String text) {
        server.jdbc()
                .sql("insert into build_log_chunk (execution_id, first_byte, content, attempt)"
                        + " values (:id, :at, :text, 1)")
                .param("id", execution)
                .param("at", at)
                .param("text", text.getBytes(StandardCharsets.UTF_8))
                .update();
    }

    private void mark(long first, long end, String kind, int step) {
        server.jdbc()
                .sql(
                        "insert into build_log_mark (execution_id, first_byte, end_byte, kind, stage, step, steps, attempt)"
                                + " values (:id, :first, :end, :kind, 'BUILDING', :step, 2, 1)")
                .param("id", execution)
                .param("first", first)
                .param("end", end)
                .param("kind", kind)
                .param("step", step)
                .update();
    }
}
