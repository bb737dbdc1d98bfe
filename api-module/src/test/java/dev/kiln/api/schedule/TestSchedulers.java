package dev.kiln.api.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.ApiServer;
import dev.kiln.api.Reply;
import dev.kiln.api.TestObjects;
import dev.kiln.api.WireClient;
import dev.kiln.api.relay.EventRelay;
import dev.kiln.testing.TestDirectories;
import dev.kiln.testing.TestServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

/** The schedulers of two processes on a database of their own, which look when a test says, by its clock. */
final class TestSchedulers {

    private static final class Shared {
        static final ApiServer SERVER = start();
    }

    final TestClock clock = new TestClock();
    final Scheduler first = scheduler();
    final Scheduler second = scheduler();
    final WireClient client = server().newAccount();
    final TestObjects objects = new TestObjects(server(), client);

    /** Stands still until a test moves it. */
    static final class TestClock extends Clock {

        Instant now = Instant.now();

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

    static ApiServer server() {
        return Shared.SERVER;
    }

    private static ApiServer start() {
        try {
            var server = ApiServer.start(
                    TestServers.freshDatabase(),
                    TestDirectories.create("regions"),
                    Map.of("kiln.schedules.look-every", "1h", "kiln.schedules.compare-every", "1h"));
            // Starts wait for whoever holds this lock.
            server.jdbc()
                    .sql("create function wait() returns trigger language plpgsql as $$ begin"
                            + " perform pg_advisory_xact_lock_shared(7); return new; end $$")
                    .update();
            server.jdbc()
                    .sql("create trigger wait before insert on execution for each row execute function wait()")
                    .update();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nothing is due to what comes after a test. */
    void leaveNothing() {
        server().jdbc().sql("delete from template_schedule").update();
        server().jdbc().sql("delete from template_rebuild").update();
    }

    private Scheduler scheduler() {
        return new Scheduler(
                server().bean(Decisions.class),
                server().bean(EventRelay.class),
                clock,
                new ScheduleSettings(Duration.ofHours(1), Duration.ofHours(1)));
    }

    static String path(String template) {
        return "/api/v1/templates/" + template + "/schedule";
    }

    /** Sets a schedule, and the clock to when it is due. */
    void due(String template, String whileRunning) {
        var set = client.rest(
                "PUT",
                path(template),
                "{\"cron\":\"30 2 * * *\",\"timeZone\":\"Europe/Berlin\",\"whileRunning\":\"" + whileRunning + "\"}");
        assertThat(set.status()).as(set.text()).isEqualTo(200);
        clock.now = nextAt(template);
    }

    Instant nextAt(String template) {
        return Instant.parse(schedule(template).at("nextAt"));
    }

    Reply schedule(String template) {
        return client.rest("GET", path(template), "");
    }

    String template() {
        return objects.template(objects.image("base"));
    }

    List<String> executions(String template) {
        return server().jdbc()
                .sql("select id from execution where template_id = :template order by created_at")
                .param("template", template)
                .query(String.class)
                .list();
    }

    void finishAll(String template) {
        executions(template).forEach(id -> objects.finish(id, "SUCCESS"));
    }

    static String rebuildPath(String template) {
        return "/api/v1/templates/" + template + "/rebuild";
    }

    /** A template that builds on a family into one, and is built again when the former changes. */
    String rebuilt(String from, String into) {
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

    Reply rebuild(String template) {
        return client.rest("GET", rebuildPath(template), "");
    }

    /** What a worker writes when an execution has made its image. */
    String product(String execution, String source, String family) {
        return server().jdbc()
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
}
