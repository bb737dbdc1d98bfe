package dev.kiln.api.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.Keys;
import dev.kiln.api.WireClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Templates that start at times. */
class SchedulesIT {

    private final TestSchedulers here = new TestSchedulers();

    @AfterEach
    void leaveNothing() {
        here.leaveNothing();
    }

    @Test
    void ofTwoThatLookAtTheSameTimeOneStarts() throws Exception {
        var template = here.template();
        here.due(template, "skip");

        try (var holder = TestSchedulers.server().database().dataSource().getConnection();
                var statement = holder.createStatement()) {
            statement.execute("select pg_advisory_lock(7)");
            var starting = CompletableFuture.supplyAsync(here.first::look);
            Awaitility.await().until(SchedulesIT::somebodyWaits);
            assertThat(here.second.look()).isZero();
            statement.execute("select pg_advisory_unlock(7)");
            assertThat(starting.join()).isEqualTo(1);
        }
        assertThat(here.second.look() + here.first.look()).isZero();

        var started = here.executions(template);
        assertThat(started).hasSize(1);
        var shown = here.schedule(template);
        assertThat(shown.at("last/outcome")).isEqualTo("STARTED");
        assertThat(shown.at("last/executionId")).isEqualTo(started.get(0));
        assertThat(here.nextAt(template)).isAfter(here.clock.now.plus(Duration.ofHours(22)));
        var execution = here.client.rest("GET", "/api/v1/executions/" + started.get(0), "");
        assertThat(execution.at("startedBy")).isEqualTo("SCHEDULE");
        assertThat(here.client
                        .rest("GET", "/api/v1/executions/" + started.get(0) + "/events", "")
                        .at("events/0/to"))
                .isEqualTo("PREPARING");
    }

    private static boolean somebodyWaits() {
        return TestSchedulers.server()
                .jdbc()
                .sql("select exists (select from pg_locks where locktype = 'advisory' and objid = 7 and not granted)")
                .query(Boolean.class)
                .single();
    }

    @Test
    void whatWasMissedWhileNobodyLookedComesOnce() {
        var template = here.template();
        here.due(template, "queue");
        // A process whose clock is behind must not bring back what one that is ahead has done.
        var behind = here.clock.now;
        here.clock.now = here.clock.now.plus(Duration.ofDays(3));
        assertThat(here.first.look()).isEqualTo(1);
        assertThat(here.schedule(template).at("last/message")).contains("late");
        here.finishAll(template);
        assertThat(here.second.look()).isZero();
        assertThat(here.nextAt(template)).isAfter(here.clock.now);
        here.clock.now = behind;
        assertThat(here.second.look()).isZero();
        assertThat(here.executions(template)).hasSize(1);
    }

    @Test
    void aRunThatIsDueWhileOneRunsIsSkipped() {
        var template = here.template();
        here.due(template, "skip");
        var running = here.objects.start(template);
        assertThat(here.first.look()).isEqualTo(1);
        assertThat(here.schedule(template).at("last/outcome")).isEqualTo("SKIPPED");
        here.objects.finish(running, "SUCCESS");
        assertThat(here.first.look()).isZero();
        assertThat(here.executions(template)).containsExactly(running);

        here.clock.now = here.nextAt(template);
        assertThat(here.first.look()).isEqualTo(1);
        assertThat(here.executions(template)).hasSize(2);
    }

    @Test
    void runsThatAreDueWhileOneRunsAreOneRunAfterwards() {
        var template = here.template();
        here.due(template, "queue");
        var running = here.objects.start(template);
        for (int n = 0; n < 3; n++) {
            assertThat(here.first.look()).isEqualTo(1);
            assertThat(here.second.look()).isZero();
            assertThat(here.schedule(template).at("last/outcome")).isEqualTo("WAITS");
            here.clock.now = here.nextAt(template);
        }
        here.clock.now = here.clock.now.minusSeconds(1);
        here.objects.finish(running, "FAILED");
        assertThat(here.first.look()).isEqualTo(1);
        assertThat(here.schedule(template).at("last/outcome")).isEqualTo("STARTED");
        assertThat(here.schedule(template).json().has("waitsSince")).isFalse();
        here.finishAll(template);
        assertThat(here.second.look()).isZero();
        assertThat(here.executions(template)).hasSize(2);
    }

    @Test
    void aStartThatIsRefusedSaysWhyAndOthersDoNotWaitForIt() {
        var image = here.objects.image("gone");
        var orphan = here.objects.template(image);
        var broken = here.template();
        here.client.rest("PUT", "/api/v1/templates/" + broken + "/parameters", """
                {"parameters":[{"name":"A","secret":true,"default":"a secret of eight"}]}""");
        var asking = here.template();
        var fine = here.template();
        for (var template : List.of(orphan, broken, asking, fine)) {
            here.due(template, "skip");
        }
        here.client.call("DeleteImage", "ImageId", image);
        TestSchedulers.server()
                .jdbc()
                .sql("update template_parameter set default_sealed = '\\x00'")
                .update();
        here.client.rest("PUT", "/api/v1/templates/" + asking + "/parameters", "{\"parameters\":[{\"name\":\"B\"}]}");

        assertThat(here.first.look()).isEqualTo(4);

        assertThat(here.schedule(orphan).at("last/message")).startsWith("InvalidImagePipeline.BaseImageNotFound: ");
        assertThat(here.schedule(broken).at("last/message")).startsWith("InternalError: ");
        assertThat(here.schedule(asking).at("last/message")).startsWith("MissingParameter.Value: Parameter B ");
        for (var refused : List.of(orphan, broken, asking)) {
            assertThat(here.schedule(refused).at("last/outcome")).isEqualTo("REFUSED");
            assertThat(here.nextAt(refused)).isAfter(here.clock.now);
            assertThat(here.executions(refused)).isEmpty();
        }
        assertThat(here.executions(fine)).hasSize(1);
        assertThat(here.first.look()).isZero();
    }

    @Test
    void aScheduleIsShownAndGoesWithItsTemplate() {
        var template = here.template();
        assertThat(here.schedule(template).refusal()).isEqualTo("404 InvalidSchedule.NotFound");
        var set = here.client.rest("PUT", TestSchedulers.path(template), "{\"cron\":\" @daily \"}");
        assertThat(set.at("cron") + " " + set.at("timeZone") + " " + set.at("whileRunning"))
                .isEqualTo("@daily UTC skip");
        assertThat(set.text()).doesNotContain("last", "waitsSince");
        assertThat(here.client.rest("DELETE", TestSchedulers.path(template), "").status())
                .isEqualTo(204);
        assertThat(here.client.rest("DELETE", TestSchedulers.path(template), "").refusal())
                .isEqualTo("404 InvalidSchedule.NotFound");
        here.due(template, "queue");
        here.client.call("DeleteImagePipeline", "ImagePipelineId", template);
        assertThat(here.schedule(template).refusal()).isEqualTo("404 InvalidImagePipeline.NotFound");
        assertThat(here.first.look()).isZero();
    }

    @Test
    void whatIsWrongIsSaidAndWhoMayNotStartSetsNothing() {
        var template = here.template();
        for (var bad : Map.of(
                        "{\"cron\":\"0 3 1 * MON\"}", "400 InvalidCron",
                        "{\"cron\":\"0 0 30 2 *\"}", "400 InvalidCron",
                        "{}", "400 InvalidCron",
                        "{\"cron\":\"@daily\",\"timeZone\":\"+02:00\"}", "400 InvalidTimeZone",
                        "{\"cron\":\"@daily\",\"whileRunning\":\"wait\"}", "400 InvalidWhileRunning",
                        "{\"cron\":\"@daily\",\"zone\":\"UTC\"}", "400 InvalidParameter")
                .entrySet()) {
            assertThat(here.client
                            .rest("PUT", TestSchedulers.path(template), bad.getKey())
                            .refusal())
                    .as(bad.getKey())
                    .isEqualTo(bad.getValue());
        }
        for (var bad : List.of("", "null", "[]", "{\"cron\":{}}", "{\"cron\":\"\\u0000\"}")) {
            assertThat(here.client
                            .rest("PUT", TestSchedulers.path(template), bad)
                            .status())
                    .as(bad)
                    .isEqualTo(400);
        }
        here.client.rest("PUT", "/api/v1/templates/" + template + "/parameters", "{\"parameters\":[{\"name\":\"B\"}]}");
        var asking = here.client.rest("PUT", TestSchedulers.path(template), "{\"cron\":\"@daily\"}");
        assertThat(asking.refusal()).isEqualTo("422 UnattendedStart.Refused");
        assertThat(asking.text()).contains("Parameter B ");
        var stranger = TestSchedulers.server().newAccount();
        for (var call : List.of("GET", "PUT", "DELETE")) {
            assertThat(stranger.rest(call, TestSchedulers.path(template), "{\"cron\":\"@daily\"}")
                            .refusal())
                    .isEqualTo("404 InvalidImagePipeline.NotFound");
        }
        var narrow = narrowed("kiln:SetSchedule", "kiln:SetRebuild");
        assertThat(narrow.rest("PUT", TestSchedulers.path(template), "{\"cron\":\"@daily\"}")
                        .refusal())
                .isEqualTo("403 Forbidden.RAM");
        assertThat(narrow.rest("PUT", TestSchedulers.rebuildPath(template), "{\"onBaseChange\":true}")
                        .refusal())
                .isEqualTo("403 Forbidden.RAM");
        assertThat(here.schedule(template).status()).isEqualTo(404);
    }

    private WireClient narrowed(String... actions) {
        var policy = "{\\\"Version\\\":\\\"1\\\",\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":[\\\""
                + String.join("\\\",\\\"", actions) + "\\\"],\\\"Resource\\\":\\\"*\\\"}]}";
        var made = here.client.rest("POST", "/api/v1/keys", "{\"policy\":\"" + policy + "\"}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return TestSchedulers.server()
                .as(new Keys(made.at("accountId"), made.at("accessKeyId"), made.at("accessKeySecret")));
    }
}
