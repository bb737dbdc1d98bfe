package dev.kiln.api.signature;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.ApiServer;
import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestDirectories;
import dev.kiln.testing.TestServers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A nonce is good once, however many send it at the same time, and for as long as its request could be sent again. */
class SeenNoncesIT {

    private static final int CALLERS = 8;

    // Whose sessions wait for locks as long as it takes, unlike an API's.
    private final TestDatabase database = TestServers.freshDatabase();
    private final SeenNonces nonces = new SeenNonces(database.client());
    private final Instant expires = Instant.now().plus(Duration.ofHours(1));
    private final String key = "key-" + System.nanoTime();

    /** They gather while the insert before theirs waits for a lock, and are inserted by one statement. */
    @Test
    void ofThoseThatComeTogetherOneIsTheFirst() throws Exception {
        var threads = Executors.newCachedThreadPool();
        var asking = new CopyOnWriteArrayList<Thread>();
        var answers = new ArrayList<Future<Boolean>>();
        try (var holder = database.dataSource().getConnection();
                var statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("lock table seen_nonce in exclusive mode");
            answers.add(threads.submit(() -> nonces.remember(key, "other", expires)));
            Awaitility.await().until(this::isLockWaitedFor);
            Callable<Boolean> ask = () -> {
                asking.add(Thread.currentThread());
                return nonces.remember(key, "same", expires);
            };
            for (var caller = 0; caller < CALLERS; caller++) {
                answers.add(threads.submit(ask));
            }
            Awaitility.await()
                    .until(() -> asking.size() == CALLERS
                            && asking.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));
            holder.rollback();
        }

        var first = new ArrayList<Boolean>();
        for (var answer : answers) {
            first.add(answer.get());
        }
        threads.shutdown();

        assertThat(first.get(0)).isTrue();
        assertThat(first.subList(1, first.size())).containsOnlyOnce(true);
    }

    private boolean isLockWaitedFor() {
        return database.client()
                .sql(
                        "select exists (select from pg_locks l join pg_database d on d.oid = l.database"
                                + " where d.datname = current_database() and relation = 'seen_nonce'::regclass and not granted)")
                .query(Boolean.class)
                .single();
    }

    @Test
    void itIsForgottenWhenItsRequestIsTooOldAndNotBefore() throws Exception {
        var often = Map.of("kiln.purge-interval", "100ms");
        try (var server = ApiServer.start(TestServers.freshDatabase(), TestDirectories.create("regions"), often)) {
            var here = server.bean(SeenNonces.class);
            assertThat(here.remember(key, "older", Instant.now().minusSeconds(60)))
                    .isTrue();
            assertThat(here.remember(key, "younger", Instant.now().plusSeconds(600)))
                    .isTrue();

            Awaitility.await().until(() -> !remembered(server).contains("older"));
            assertThat(remembered(server)).contains("younger");
            assertThat(here.remember(key, "younger", expires)).isFalse();
        }
    }

    private List<String> remembered(ApiServer server) {
        return server.jdbc()
                .sql("select nonce from seen_nonce where access_key_id = :key")
                .param("key", key)
                .query(String.class)
                .list();
    }
}
