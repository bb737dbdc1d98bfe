package dev.kiln.api.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.ApiServer;
import dev.kiln.api.Reply;
import dev.kiln.api.TestObjects;
import dev.kiln.api.WireClient;
import dev.kiln.api.relay.EventRelay;
import dev.kiln.testing.TestServers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Templates that start by themselves; the schedulers of two processes look when the test says, by its clock. */
class SchedulesIT {

    @TempDir
    private static Path regions;

    private static ApiServer server;

    private final TestClock clock = new TestClock();
    private final Scheduler first = scheduler();
    private final Scheduler second = scheduler();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);

    private static final class TestClock extends Clock {

        private Instant now = Instant.now();

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @BeforeAll
    static void start() {
        server = ApiServer.start(
                TestServers.freshDatabase(),
                regions,
                Map.of("kiln.schedules.look-every", "1h", "kiln.schedules.compare-every", "1h"));
        // Starts wait for whoever holds this lock.
        server.jdbc()
                .sql("create function wait() returns trigger language plpgsql as $$ begin"
                        + " perform pg_advisory_xact_lock_shared(7); return new; end $$")
                .update();
        server.jdbc()
                .sql("create trigger wait before insert on execution for each row execute function wait()")
                .update();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void leaveNothingThatIsDue() {
        server.jdbc().sql("delete from template_schedule").update();
        server.jdbc().sql("delete from template_rebuild").update();
    }

    private Scheduler scheduler() {
        return new Scheduler(
                server.bean(Decisions.class),
                server.bean(EventRelay.class),
                clock,
                new ScheduleSettings(Duration.ofHours(1), Duration.ofHours(1)));
    }

    private static String path(String template) {
        return "/api/v1/templates/" + template + "/schedule";
    }

    /** Sets a schedule, and the clock to when it is due. */
    private void due(String template, String whileRunning) {
        var set = client.rest(
                "PUT",
                path(template),
                "{\"cron\":\"30 2 * * *\",\"timeZone\":\"Europe/Berlin\",\"whileRunning\":\"" + whileRunning + "\"}");
        assertThat(set.status()).as(set.text()).isEqualTo(200);
        clock.now = nextAt(template);
    }

    private Instant nextAt(String template) {
        return Instant.parse(schedule(template).at("nextAt"));
    }

    private Reply schedule(String template) {
        return client.rest("GET", path(template), "");
    }

    private String template() {
        return objects.template(objects.image("base"));
    }

    private List<String> executions(String template) {
        return server.jdbc()
                .sql("select id from execution where template_id = :template order by created_at")
                .param("template", template)
                .query(String.class)
                .list();
    }

    private void finishAll(String template) {
        executions(template).forEach(id -> objects.finish(id, "SUCCESS"));
    }

    @Test
    void ofTwoThatLookAtTheSameTimeOneStarts() throws Exception {
        var template = template();
        due(template, "skip");

        try (var holder = server.database().dataSource().getConnection();
                var statement = holder.createStatement()) {
            statement.execute("select pg_advisory_lock(7)");
            var starting = CompletableFuture.supplyAsync(first::look);
            Awaitility.await().until(SchedulesIT::somebodyWaits);
            assertThat(second.look()).isZero();
            statement.execute("select pg_advisory_unlock(7)");
            assertThat(starting.join()).isEqualTo(1);
        }
        assertThat(second.look() + first.look()).isZero();

        var started = executions(template);
        assertThat(started).hasSize(1);
        var shown = schedule(template);
        assertThat(shown.at("last/outcome")).isEqualTo("STARTED");
        assertThat(shown.at("last/executionId")).isEqualTo(started.get(0));
        assertThat(nextAt(template)).isAfter(clock.now.plus(Duration.ofHours(22)));
        var execution = client.rest("GET", "/api/v1/executions/" + started.get(0), "");
        assertThat(execution.at("startedBy")).isEqualTo("SCHEDULE");
        assertThat(client.rest("GET", "/api/v1/executions/" + started.get(0) + "/events", "")
                        .at("events/0/to"))
                .isEqualTo("PREPARING");
    }

    private static boolean somebodyWaits() {
        return server.jdbc()
                .sql("select exists (select from pg_locks where locktype = 'advisory' and objid = 7 and not granted)")
                .query(Boolean.class)
                .single();
    }

    @Test
    void whatWasMissedWhileNobodyLookedComesOnce() {
        var template = template();
        due(template, "queue");
        // A process whose clock is behind must not bring back what one that is ahead has done.
        var behind = clock.now;
        clock.now = clock.now.plus(Duration.ofDays(3));
        assertThat(first.look()).isEqualTo(1);
        assertThat(schedule(template).at("last/message")).contains("late");
        finishAll(template);
        assertThat(second.look()).isZero();
        assertThat(nextAt(template)).isAfter(clock.now);
        clock.now = behind;
        assertThat(second.look()).isZero();
        assertThat(executions(template)).hasSize(1);
    }

    @Test
    void aRunThatIsDueWhileOneRunsIsSkipped() {
        var template = template();
        due(template, "skip");
        var running = objects.start(template);
        assertThat(first.look()).isEqualTo(1);
        assertThat(schedule(template).at("last/outcome")).isEqualTo("SKIPPED");
        objects.finish(running, "SUCCESS");
        assertThat(first.look()).isZero();
        assertThat(executions(template)).containsExactly(running);

        clock.now = nextAt(template);
        assertThat(first.look()).isEqualTo(1);
        assertThat(executions(template)).hasSize(2);
    }

    @Test
    void runsThatAreDueWhileOneRunsAreOneRunAfterwards() {
        var template = template();
        due(template, "queue");
        var running = objects.start(template);
        for (int n = 0; n < 3; n++) {
            assertThat(first.look()).isEqualTo(1);
            assertThat(second.look()).isZero();
            assertThat(schedule(template).at("last/outcome")).isEqualTo("WAITS");
            clock.now = nextAt(template);
        }
        clock.now = clock.now.minusSeconds(1);
        objects.finish(running, "FAILED");
        assertThat(first.look()).isEqualTo(1);
        assertThat(schedule(template).at("last/outcome")).isEqualTo("STARTED");
        assertThat(schedule(template).json().has("waitsSince")).isFalse();
        finishAll(template);
        assertThat(second.look()).isZero();
        assertThat(executions(template)).hasSize(2);
    }

    @Test
    void aStartThatIsRefusedSaysWhyAndOthersDoNotWaitForIt() {
        var image = objects.image("gone");
        var orphan = objects.template(image);
        var broken = template();
        client.rest("PUT", "/api/v1/templates/" + broken + "/parameters", """
                {"parameters":[{"name":"A","secret":true,"default":"a secret of eight"}]}""");
        var asking = template();
        var fine = template();
        for (var template : List.of(orphan, broken, asking, fine)) {
            due(template, "skip");
        }
        client.call("DeleteImage", "ImageId", image);
        server.jdbc()
                .sql("update template_parameter set default_sealed = '\\x00'")
                .update();
        client.rest("PUT", "/api/v1/templates/" + asking + "/parameters", "{\"parameters\":[{\"name\":\"B\"}]}");

        assertThat(first.look()).isEqualTo(4);

        assertThat(schedule(orphan).at("last/message")).startsWith("InvalidImagePipeline.BaseImageNotFound: ");
        assertThat(schedule(broken).at("last/message")).startsWith("InternalError: ");
        assertThat(schedule(asking).at("last/message")).startsWith("MissingParameter.Value: Parameter B ");
        for (var refused : List.of(orphan, broken, asking)) {
            assertThat(schedule(refused).at("last/outcome")).isEqualTo("REFUSED");
            assertThat(nextAt(refused)).isAfter(clock.now);
            assertThat(executions(refused)).isEmpty();
        }
        assertThat(executions(fine)).hasSize(1);
        assertThat(first.look()).isZero();
    }

    @Test
    void aScheduleIsShownAndGoesWithItsTemplate() {
        var template = template();
        assertThat(schedule(template).refusal()).isEqualTo("404 InvalidSchedule.NotFound");
        var set = client.rest("PUT", path(template), "{\"cron\":\" @daily \"}");
        assertThat(set.at("cron") + " " + set.at("timeZone") + " " + set.at("whileRunning"))
                .isEqualTo("@daily UTC skip");
        assertThat(set.text()).doesNotContain("last", "waitsSince");
        assertThat(client.rest("DELETE", path(template), "").status()).isEqualTo(204);
        assertThat(client.rest("DELETE", path(template), "").refusal()).isEqualTo("404 InvalidSchedule.NotFound");
        due(template, "queue");
        client.call("DeleteImagePipeline", "ImagePipelineId", template);
        assertThat(schedule(template).refusal()).isEqualTo("404 InvalidImagePipeline.NotFound");
        assertThat(first.look()).isZero();
    }

    @Test
    void whatIsWrongIsSaidAndWhoMayNotStartSetsNothing() {
        var template = template();
        for (var bad : Map.of(
                        "{\"cron\":\"0 3 1 * MON\"}", "400 InvalidCron",
                        "{\"cron\":\"0 0 30 2 *\"}", "400 InvalidCron",
                        "{}", "400 InvalidCron",
                        "{\"cron\":\"@daily\",\"timeZone\":\"+02:00\"}", "400 InvalidTimeZone",
                        "{\"cron\":\"@daily\",\"whileRunning\":\"wait\"}", "400 InvalidWhileRunning",
                        "{\"cron\":\"@daily\",\"zone\":\"UTC\"}", "400 InvalidParameter")
                .entrySet()) {
            assertThat(client.rest("PUT", path(template), bad.getKey()).refusal())
                    .as(bad.getKey())
                    .isEqualTo(bad.getValue());
        }
        for (var bad : List.of("", "null", "[]", "{\"cron\":{}}", "{\"cron\":\"\\u0000\"}")) {
            assertThat(client.rest("PUT", path(template), bad).status()).as(bad).isEqualTo(400);
        }
        client.rest("PUT", "/api/v1/templates/" + template + "/parameters", "{\"parameters\":[{\"name\":\"B\"}]}");
        var asking = client.rest("PUT", path(template), "{\"cron\":\"@daily\"}");
        assertThat(asking.refusal()).isEqualTo("422 UnattendedStart.Refused");
        assertThat(asking.text()).contains("Parameter B ");
        var stranger = server.newAccount();
        for (var call : List.of("GET", "PUT", "DELETE")) {
            assertThat(stranger.rest(call, path(template), "{\"cron\":\"@daily\"}")
                            .refusal())
                    .isEqualTo("404 InvalidImagePipeline.NotFound");
        }
        var narrow = narrowed("kiln:SetSchedule", "kiln:SetRebuild");
        assertThat(narrow.rest("PUT", path(template), "{\"cron\":\"@daily\"}").refusal())
                .isEqualTo("403 Forbidden.RAM");
        assertThat(narrow.rest("PUT", rebuildPath(template), "{\"onBaseChange\":true}")
                        .refusal())
                .isEqualTo("403 Forbidden.RAM");
        assertThat(schedule(template).status()).isEqualTo(404);
    }

    private WireClient narrowed(String... actions) {
        var policy = "{\\\"Version\\\":\\\"1\\\",\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":[\\\""
                + String.join("\\\",\\\"", actions) + "\\\"],\\\"Resource\\\":\\\"*\\\"}]}";
        var made = client.rest("POST", "/api/v1/keys", "{\"policy\":\"" + policy + "\"}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return server.as(
                new dev.kiln.api.Keys(made.at("accountId"), made.at("accessKeyId"), made.at("accessKeySecret")));
    }

    private static String rebuildPath(String template) {
        return "/api/v1/templates/" + template + "/rebuild";
    }

    /** A template that builds on a family into one, and is built again when the former changes. */
    private String rebuilt(String from, String into) {
        var made = client.call(
                "CreateImagePipeline",
                "BaseImageType",
                "IMAGE_FAMILY",
                "BaseImage",
                from,
                "ImageOptions.ImageFamily",
                into);
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        var template = made.at("ImagePipelineId");
        assertThat(client.rest("PUT", rebuildPath(template), "{\"onBaseChange\":true}")
                        .status())
                .isEqualTo(200);
        return template;
    }

    private Reply rebuild(String template) {
        return client.rest("GET", rebuildPath(template), "");
    }

    /** What a worker writes when an execution has made its image. */
    private String product(String execution, String source, String family) {
        return server.jdbc()
                .sql("""
                        insert into image_copy (id, account_id, region_id, execution_id, source_image_id, name, family, state,
                                                digest, bytes)
                        select image_id, account_id, region_id, id, :source, 'made', :family, 'COPIED',
                               'sha256:' || repeat('0', 64), 1
                          from execution where id = :id
                        returning id
                        """)
                .param("source", source)
                .param("family", family)
                .param("id", execution)
                .query(String.class)
                .single();
    }

    @Test
    void aNewImageOfTheFamilyStartsOnceAndOneThatWasBuiltOnNotAtAll() {
        var old = objects.image("old", "fam");
        var template = rebuilt("fam", "");
        assertThat(first.compare()).isZero();
        assertThat(rebuild(template).at("baseImageId")).isEqualTo(old);

        new TestObjects(server, server.newAccount()).image("foreign", "fam");
        assertThat(first.compare()).isZero();
        var base = objects.image("new", "fam");
        assertThat(first.compare()).isEqualTo(1);
        assertThat(second.compare()).isZero();
        var started = executions(template).get(0);
        assertThat(client.rest("GET", "/api/v1/executions/" + started, "").at("startedBy"))
                .isEqualTo("BASE_CHANGE");
        assertThat(rebuild(template).at("last/message")).contains(base);

        // While it runs another one comes: afterwards, and only if it was not built on that one.
        var newer = objects.image("newer", "fam");
        assertThat(first.compare()).isZero();
        product(started, base, "");
        objects.finish(started, "SUCCESS");
        assertThat(first.compare()).isEqualTo(1);
        assertThat(executions(template)).hasSize(2);
        var newest = objects.image("newest", "fam");
        product(executions(template).get(1), newest, "");
        finishAll(template);
        assertThat(first.compare()).isEqualTo(1);
        assertThat(rebuild(template).at("last/outcome")).isEqualTo("UNNEEDED");
        assertThat(executions(template)).hasSize(2);

        // What is withdrawn changes the base, too: it is an older one again.
        client.call("ModifyImageAttribute", "ImageId", newest, "Status", "Deprecated");
        assertThat(second.compare()).isEqualTo(1);
        assertThat(rebuild(template).at("baseImageId")).isEqualTo(newer);
        assertThat(executions(template)).hasSize(3);
    }

    @Test
    void chainsAreFollowedToTheirEndAndNoFurther() {
        objects.image("start", "one");
        objects.image("other", "two");
        var itself = rebuilt("one", "one");
        var there = rebuilt("one", "two");
        var back = rebuilt("two", "one");
        var base = objects.image("base", "one");

        assertThat(first.compare()).isEqualTo(2);
        assertThat(executions(back)).isEmpty();
        var made = product(executions(there).get(0), base, "two");
        finishAll(there);
        assertThat(first.compare()).isEqualTo(1);
        assertThat(executions(back)).hasSize(1);
        product(executions(back).get(0), made, "one");
        finishAll(back);
        finishAll(itself);
        // For whom it comes of its own images it is ignored; for the other one it is a new base.
        assertThat(first.compare()).isEqualTo(2);
        assertThat(rebuild(there).at("last/outcome")).isEqualTo("IGNORED");
        assertThat(executions(there)).hasSize(1);
        assertThat(executions(itself)).hasSize(2);
        product(executions(itself).get(1), base, "one");
        finishAll(itself);
        // Of its own making for itself; for the one that came before it in the chain, too.
        assertThat(first.compare()).isEqualTo(2);
        assertThat(rebuild(itself).at("last/outcome")).isEqualTo("IGNORED");
        assertThat(rebuild(there).at("last/message")).contains("by way of other templates");
        assertThat(first.compare()).isZero();
        assertThat(executions(itself)).hasSize(2);
        assertThat(executions(there)).hasSize(1);
    }

    @Test
    void aScheduledRunThatWaitsAndAChangeThatWaitsAreOneStart() {
        objects.image("old", "both");
        var template = rebuilt("both", "");
        due(template, "queue");
        var running = objects.start(template);
        assertThat(first.look()).isEqualTo(1);
        objects.image("new", "both");
        assertThat(first.compare()).isZero();
        objects.finish(running, "SUCCESS");

        assertThat(second.compare()).isEqualTo(1);
        assertThat(first.look()).isZero();
        finishAll(template);
        assertThat(first.look() + first.compare()).isZero();
        assertThat(executions(template)).hasSize(2);
        assertThat(schedule(template).at("last/executionId"))
                .isEqualTo(executions(template).get(1));

        clock.now = nextAt(template);
        objects.image("newer", "both");
        assertThat(first.look()).isEqualTo(1);
        finishAll(template);
        assertThat(first.compare()).isZero();
        assertThat(executions(template)).hasSize(3);
    }

    @Test
    void aBaseImageThatNeverChangesIsNoReasonToBuildAgain() {
        var template = template();
        var refused = client.rest("PUT", rebuildPath(template), "{\"onBaseChange\":true}");
        assertThat(refused.refusal()).isEqualTo("422 UnattendedStart.Refused");
        assertThat(client.rest("PUT", rebuildPath(template), "{}").refusal()).isEqualTo("400 InvalidRebuild");
        objects.image("old", "off");
        var other = rebuilt("off", "");
        assertThat(client.rest("PUT", rebuildPath(other), "{\"onBaseChange\":false}")
                        .at("onBaseChange"))
                .isEqualTo("false");
        objects.image("new", "off");
        assertThat(first.compare()).isZero();
        assertThat(server.newAccount().rest("GET", rebuildPath(other), "").status())
                .isEqualTo(404);
    }
}
