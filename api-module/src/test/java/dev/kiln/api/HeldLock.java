package dev.kiln.api;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Holds a race open from outside, for tests. */
final class HeldLock {

    private HeldLock() {}

    /** Locks and changes rows, makes the call, and commits once the call waits for one of the locks. */
    static Reply during(ApiServer server, Consumer<JdbcClient> change, Supplier<Reply> call) {
        return during(server, change, call, () -> {});
    }

    /** The same; something happens while the call waits. */
    static Reply during(ApiServer server, Consumer<JdbcClient> change, Supplier<Reply> call, Runnable meanwhile) {
        var source = server.database().dataSource();
        var pending = new TransactionTemplate(new JdbcTransactionManager(source)).execute(status -> {
            change.accept(JdbcClient.create(source));
            var reply = CompletableFuture.supplyAsync(call);
            Awaitility.await().until(() -> reply.isDone() || somebodyWaits(server));
            meanwhile.run();
            return reply;
        });
        return pending.join();
    }

    private static boolean somebodyWaits(ApiServer server) {
        return server.jdbc().sql("""
                select exists (select from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock')
                """).query(Boolean.class).single();
    }
}
