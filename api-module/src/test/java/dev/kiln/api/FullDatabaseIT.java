package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestServers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A database that has no room, or that only reads: callers are told so, nothing is half done, and it needs no restart.
 */
class FullDatabaseIT {

    private final TestDatabase database = TestServers.freshDatabase();

    @TempDir
    private Path regions;

    @Test
    void aStartIsRefusedWholeAndAcceptedOnceThereIsRoomAgain() {
        try (var server = ApiServer.start(database, regions, Map.of())) {
            var client = server.as(ApiServer.ROOT);
            var objects = new TestObjects(server, client);
            var template = objects.template(objects.image("base"));

            execute("""
                    create function full_disk() returns trigger language plpgsql as $$
                    begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
                    create trigger full_disk before insert on execution_event
                        for each row execute function full_disk();
                    """);
            assertThat(start(client, template).refusal()).isEqualTo("503 ServiceUnavailable");
            assertThat(executions()).isZero();

            execute("drop trigger full_disk on execution_event");
            assertThat(start(client, template).status()).isEqualTo(200);
            assertThat(start(client, template).status()).isEqualTo(200);
            assertThat(executions()).isEqualTo(1);
        }
    }

    @Test
    void aDatabaseThatOnlyReadsIsAwayUntilItWrites() {
        try (var server = ApiServer.start(database, regions, Map.of())) {
            var client = server.as(ApiServer.ROOT);
            var objects = new TestObjects(server, client);
            var template = objects.template(objects.image("base"));

            readOnly("set default_transaction_read_only = on");
            assertThat(start(client, template).refusal()).isEqualTo("503 ServiceUnavailable");

            readOnly("reset default_transaction_read_only");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> start(client, template).status() == 200);
            assertThat(executions()).isEqualTo(1);
        }
    }

    private static Reply start(WireClient client, String template) {
        return client.call("StartImagePipelineExecution", "ImagePipelineId", template, "ClientToken", "once");
    }

    private int executions() {
        return database.client()
                .sql("select count(*) from execution")
                .query(Integer.class)
                .single();
    }

    private void execute(String sql) {
        database.client().sql(sql).update();
    }

    // From another database, for one that only reads cannot be told to write.
    private void readOnly(String setting) {
        var name = database.url().substring(database.url().lastIndexOf('/') + 1);
        var other = TestServers.emptyDatabase().client();
        other.sql("alter database " + name + " " + setting).update();
        other.sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name")
                .param("name", name)
                .query()
                .listOfRows();
    }
}
