package dev.kiln.bench.peer;

import com.zaxxer.hikari.HikariDataSource;
import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.DatabaseServer.Database;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The minimum cost of six durable changes of an execution: one statement and one commit each, on a row found by its
 * key, from the threads of one process. Nothing polls for work, locks or notifies.
 */
public final class JdbcFloor implements Contender {

    /** The number of statuses of an execution in Kiln, including its start. */
    private static final int COMMITS = 6;

    public static final String NAME = "floor: plain JDBC, " + COMMITS + " commits";

    private final HikariDataSource pool;
    private final JdbcClient jdbc;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private IntConsumer ended = key -> {};

    public JdbcFloor(Database database) {
        this.pool = DatabaseServer.pool(database, CONNECTIONS);
        this.jdbc = JdbcClient.create(pool);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void open(int keys, IntConsumer whenEnded) {
        ended = whenEnded;
        jdbc.sql("""
                create table run (id bigint generated always as identity primary key, key integer not null,
                                  step integer not null, modified_at timestamptz not null default now())
                """).update();
        jdbc.sql("""
                create table run_event (run_id bigint not null, step integer not null, at timestamptz not null,
                                        primary key (run_id, step))
                """).update();
    }

    @Override
    public void submit(int key) {
        var id = jdbc.sql("""
                        with started as (insert into run (key, step) values (:key, 1) returning id)
                        insert into run_event (run_id, step, at) select id, 1, now() from started returning run_id
                        """).param("key", key).query(Long.class).single();
        threads.execute(() -> steps(id, key));
    }

    private void steps(long id, int key) {
        for (var step = 2; step <= COMMITS; step++) {
            jdbc.sql("""
                    with changed as (update run set step = :step, modified_at = now()
                                     where id = :id and step = :step - 1 returning id)
                    insert into run_event (run_id, step, at) select id, :step, now() from changed
                    """).param("id", id).param("step", step).update();
        }
        ended.accept(key);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        pool.close();
    }
}
