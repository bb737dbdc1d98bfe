package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.image.ImageId;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exports and copies of an imported base that are accepted at the very moment at which its execution ends. */
@Timeout(60)
class OrderedMeanwhileIT {

    private final GatedEngine engine = new GatedEngine();
    private Rig rig;

    /** What the API writes in the transaction that accepts an order, beginning with its lock on the image. */
    enum Order {
        EXPORT("for update", """
                insert into image_export (id, image_id, account_id, region_id, bucket, object)
                select 't-00000000000000000001', id, account_id, region_id, 'bucket', 'object' from image_copy
                 where id = 'm-base'
                """),
        COPY("for key share", """
                insert into image_copy (id, account_id, region_id, name, state, copy_of)
                select 'm-copy', account_id, 'cn-two', 'copy', 'PENDING', id from image_copy where id = 'm-base'
                """);

        private final String lock;
        private final String row;

        Order(String lock, String row) {
            this.lock = lock;
            this.row = row;
        }
    }

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig();
    }

    @AfterEach
    void end() {
        engine.open();
        rig.close();
    }

    @ParameterizedTest
    @EnumSource
    void itsImageStaysWhenTheExecutionIsReleased(Order order) {
        engine.close();
        var execution = startOfImport();
        rig.worker(engine, 1).ring();
        Awaitility.await("it is built on").until(() -> engine.builds.get() == 1);

        during(order, () -> {
            engine.open();
            return () -> rig.status(execution) == ExecutionStatus.SUCCESS;
        });
        rig.await(execution, ExecutionStatus.SUCCESS);

        assertThat(base()).isEqualTo("COPIED");
    }

    @ParameterizedTest
    @EnumSource
    void itsImageStaysWhenTheCancelIsEndedAtItsDeadline(Order order) {
        var execution = startOfImport();
        rig.claim(execution, "a worker that hangs");
        rig.cancel(execution, Duration.ZERO);

        during(order, () -> CompletableFuture.supplyAsync(rig.cancels::overdue)::isDone);
        rig.await(execution, ExecutionStatus.CANCELLED);

        assertThat(base()).isEqualTo("COPIED");
    }

    @Test
    void itsImageGoesAlthoughTheDatabaseEndsTheSessionThatTakesItBack() {
        engine.close();
        var execution = startOfImport();
        var worker = rig.worker(engine, 1);
        worker.ring();
        Awaitility.await("it is built on").until(() -> engine.builds.get() == 1);
        rig.database.transaction().executeWithoutResult(status -> {
            rig.jdbc
                    .sql("select id from image_copy where id = 'm-base' for update")
                    .query()
                    .listOfRows();
            engine.open();
            Awaitility.await("its release waits").until(this::somebodyWaits);
            rig.jdbc.sql("""
                    select pg_terminate_backend(pid) from pg_stat_activity
                     where datname = current_database() and wait_event_type = 'Lock'
                    """).query().listOfRows();
        });

        Awaitility.await("it is tried again").until(() -> {
            rig.sweep(worker);
            return rig.status(execution) == ExecutionStatus.SUCCESS;
        });

        assertThat(base()).isEqualTo("gone");
    }

    /** Something begins while the order is accepted, which ends once that waits for it or is over. */
    private void during(Order order, Beginning beginning) {
        rig.database.transaction().executeWithoutResult(status -> {
            rig.jdbc
                    .sql("select id from image_copy where id = 'm-base' " + order.lock)
                    .query()
                    .listOfRows();
            rig.jdbc.sql(order.row).update();
            var over = beginning.begin();
            Awaitility.await("it is over, or waits").until(() -> over.getAsBoolean() || somebodyWaits());
        });
    }

    /** Begins something, and returns whether it is over. */
    @FunctionalInterface
    private interface Beginning {
        BooleanSupplier begin();
    }

    private boolean somebodyWaits() {
        return rig.jdbc.sql("""
                        select exists (select from pg_stat_activity
                                        where datname = current_database() and wait_event_type = 'Lock')
                        """).query(Boolean.class).single();
    }

    private String base() {
        return rig.jdbc
                .sql("select coalesce(min(state), 'gone') from image_copy where id = 'm-base'")
                .query(String.class)
                .single();
    }

    /** An execution whose base was imported and is not kept. */
    private ExecutionId startOfImport() {
        var template = rig.template("");
        rig.jdbc
                .sql("update template set base_image_type = 'OSS', base_image = ''")
                .update();
        var execution = rig.start(template);
        rig.executions.importsBase(execution, new ImageId("m-base"), "NEVER");
        return execution;
    }
}
