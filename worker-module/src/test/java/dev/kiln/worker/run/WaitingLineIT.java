package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.account.AccountId;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** More starts than slots: who waits, in which order they are taken, and what they are told. */
class WaitingLineIT {

    private final GatedEngine engine = new GatedEngine();
    private Rig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig();
        rig.jdbc
                .sql(
                        "insert into image_share (image_id, account_id, state, shared_at) values ('m-base', :id, 'SHARED', now())")
                .param("id", Rig.FRIEND.value())
                .update();
    }

    @AfterEach
    void end() {
        engine.open();
        rig.close();
    }

    @Test
    void anAccountWithManyWaitingStartsDoesNotHoldBackTheSingleOneOfAnother() {
        var order = new ArrayList<ExecutionId>();
        engine.close();
        order.add(start(Rig.OWNER));
        var worker = rig.worker(engine, 1);
        worker.ring();
        Awaitility.await().until(() -> engine.builds.get() == 1);
        var many = new ArrayList<ExecutionId>();
        for (var i = 0; i < 8; i++) {
            many.add(start(Rig.OWNER));
        }
        var single = start(Rig.FRIEND);

        assertThat(worker.ring()).isFalse();
        assertThat(rig.queue.position(order.get(0))).isEmpty();
        assertThat(rig.queue.position(single)).hasValue(1);
        assertThat(rig.queue.position(many.get(0))).hasValue(2);
        assertThat(rig.queue.position(many.get(7))).hasValue(9);
        engine.open();
        many.forEach(each -> rig.await(each, ExecutionStatus.SUCCESS));

        order.add(single);
        order.addAll(many);
        assertThat(taken()).containsExactlyElementsOf(order);
        rig.guaranteesHold();
    }

    @Test
    void accountsWithManyStartsEachTakeTurnsWithSlotsToShare() {
        var ofOwner = new ArrayList<ExecutionId>();
        var ofFriend = new ArrayList<ExecutionId>();
        for (var i = 0; i < 3; i++) {
            ofOwner.add(start(Rig.OWNER));
        }
        for (var i = 0; i < 3; i++) {
            ofFriend.add(start(Rig.FRIEND));
        }

        var turns = List.of(
                ofOwner.get(0), ofFriend.get(0), ofOwner.get(1), ofFriend.get(1), ofOwner.get(2), ofFriend.get(2));
        assertThat(rig.queue.next(9, List.of(), Set.of(), true)).containsExactlyElementsOf(turns);
        engine.close();
        rig.sweep(rig.worker(engine, 2));
        Awaitility.await().until(() -> engine.builds.get() == 2);
        assertThat(rig.queue.next(9, List.of(), Set.of(), true)).containsExactlyElementsOf(turns.subList(2, 6));
        assertThat(rig.queue.next(9, turns.subList(2, 3), Set.of(), true).get(0))
                .isEqualTo(turns.get(3));
    }

    @Test
    void aRingTakesWhoIsNextNotWhoRangAndTheSlotGoesOnUntilNobodyWaits() {
        var first = start(Rig.OWNER);
        var second = start(Rig.OWNER);
        var third = start(Rig.OWNER);

        var worker = rig.worker(engine, 1);
        worker.ring();

        rig.await(third, ExecutionStatus.SUCCESS);
        assertThat(taken()).containsExactly(first, second, third);
        Awaitility.await().until(() -> worker.free() == 1);
    }

    @Test
    void aRetryJoinsTheEndOfTheLine() {
        var old = start(Rig.OWNER);
        rig.jdbc
                .sql(
                        "update execution set status = 'PARTITION_SUCCESS', outcome = 'PARTITION_SUCCESS', finished_at = now()")
                .update();
        rig.jdbc.sql("""
                insert into image_copy (id, account_id, region_id, name, state, digest, bytes, execution_id)
                select image_id, account_id, region_id, 'golden', 'COPIED', 'sha256:' || repeat('0', 64), 1, id from execution
                """).update();
        var waiting = start(Rig.OWNER);
        rig.executions.retry(old, Rig.OWNER);

        assertThat(rig.queue.next(9, List.of(), Set.of(), true)).containsExactly(waiting, old);
    }

    @Test
    void aWorkerWithoutRoomTakesOnlyWhatHasBeenBuilt() {
        var built = start(Rig.OWNER);
        rig.jdbc.sql("update execution set status = 'DISTRIBUTING'").update();
        var waiting = start(Rig.OWNER);
        assertThat(rig.queue.next(9, List.of(), Set.of(), false)).containsExactly(built);
        rig.jdbc.sql("delete from execution where status = 'DISTRIBUTING'").update();

        rig.lack = Optional.of("only 7 bytes are free");
        var worker = rig.worker(engine, 1);
        rig.sweep(worker);
        assertThat(worker.free()).isEqualTo(1);
        assertThat(rig.column(waiting, "attempt")).isEqualTo("0");

        rig.lack = Optional.empty();
        rig.sweep(worker);
        rig.await(waiting, ExecutionStatus.SUCCESS);
    }

    @Test
    void aCancelOfOneThatWaitsNeedsNoSlot() {
        engine.close();
        var running = start(Rig.OWNER);
        var busy = rig.worker(engine, 1);
        busy.ring();
        Awaitility.await().until(() -> engine.builds.get() == 1);
        var waiting = start(Rig.OWNER);

        rig.cancel(waiting, Duration.ofHours(1));
        rig.sweep(busy);

        assertThat(rig.status(waiting)).isEqualTo(ExecutionStatus.CANCELLED);
        engine.open();
        rig.await(running, ExecutionStatus.SUCCESS);
        rig.guaranteesHold();
    }

    @Test
    void anEstimateComesFromWhatHasEndedAndTheSlotsThatThereAre() {
        assertThat(rig.queue.startsIn(1)).isEmpty();
        var worker = rig.worker(engine, 1);
        var done = start(Rig.OWNER);
        worker.ring();
        rig.await(done, ExecutionStatus.SUCCESS);
        rig.jdbc
                .sql("update execution set finished_at = (select min(at) from execution_event where attempt > 0)"
                        + " + interval '100 s' where finished_at is not null")
                .update();
        engine.close();
        start(Rig.OWNER);
        Awaitility.await().until(() -> {
            worker.ring(); // not heard while the slot is being cleared of the one before
            return engine.builds.get() == 2;
        });

        assertThat(seconds(1)).isBetween(90L, 100L);
        assertThat(seconds(2)).isBetween(190L, 200L);
        rig.sweep(rig.worker(engine, 1));
        assertThat(seconds(1)).isZero();
        assertThat(seconds(2)).isBetween(90L, 100L);
    }

    @Test
    void aSlotIsCountedAgainAfterTheServerEndedItsSession() {
        var worker = rig.worker(engine, 2);
        rig.sweep(worker);
        assertThat(slots()).isEqualTo(2);
        rig.database.endLockSessions();

        Awaitility.await().until(() -> {
            rig.sweep(worker);
            return slots() == 2;
        });
    }

    private long seconds(int position) {
        return rig.queue.startsIn(position).orElseThrow().toSeconds();
    }

    private int slots() {
        return rig.jdbc
                .sql("select count(*) from pg_stat_activity"
                        + " where application_name = 'kiln-lock' and datname = current_database()")
                .query(Integer.class)
                .single();
    }

    private ExecutionId start(AccountId account) {
        return rig.start(rig.template("", account), account);
    }

    /** The order in which executions were taken, told by their history. */
    private List<ExecutionId> taken() {
        return rig
                .jdbc
                .sql("select execution_id from execution_event where to_status = 'BUILDING' order by id")
                .query(String.class)
                .list()
                .stream()
                .map(ExecutionId::new)
                .toList();
    }
}
