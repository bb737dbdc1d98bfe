package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.database.LockSessions;
import dev.kiln.execution.Attempt;
import dev.kiln.template.TemplateId;
import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lock ends with its session, and its holder is told so however often it asks. */
class TemplateLockIT {

    private Rig rig;
    private TemplateLock lock;
    private TemplateId template;
    private Attempt attempt;

    @BeforeEach
    void takeLock() throws IOException, SQLException {
        rig = new Rig();
        template = rig.template("");
        var execution = rig.start(template);
        lock = new TemplateLock(new LockSessions(rig.database.url(), rig.database.user(), rig.database.password()));
        assertThat(lock.tryLock(execution)).contains(template);
        attempt = rig.claim(execution, "worker-1");
        assertThat(lock.look(attempt)).isEqualTo(TemplateLock.Look.GO_ON);
    }

    @AfterEach
    void end() {
        lock.close();
        rig.close();
    }

    @Test
    void aLostLockStaysLostAndNoSessionIsOpenedForIt() {
        endSession();

        assertThatThrownBy(() -> lock.look(attempt)).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> lock.look(attempt)).isInstanceOf(SQLException.class);
        lock.unlock(template);

        assertThat(sessions()).isZero();
        assertThatThrownBy(lock::session).isInstanceOf(SQLException.class).hasMessage("the lock is lost");
    }

    @Test
    void afterThatItCanBeTakenAnew() throws SQLException {
        endSession();
        assertThatThrownBy(() -> lock.look(attempt)).isInstanceOf(SQLException.class);

        assertThat(lock.tryLock(attempt.execution())).contains(template);
        assertThat(lock.look(attempt)).isEqualTo(TemplateLock.Look.GO_ON);
    }

    private void endSession() {
        rig.jdbc.sql("""
                        select count(pg_terminate_backend(pid, 10000)) from pg_locks where locktype = 'advisory'
                           and database = (select oid from pg_database where datname = current_database())
                        """).query(Integer.class).single();
    }

    /** The sessions that hold locks, or can. */
    private int sessions() {
        return rig.jdbc.sql("""
                        select count(*) from pg_stat_activity
                         where datname = current_database() and application_name = 'kiln-lock'
                        """).query(Integer.class).single();
    }
}
