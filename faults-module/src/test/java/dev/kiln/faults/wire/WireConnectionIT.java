package dev.kiln.faults.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.faults.wire.WireWatch.Side;
import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestServers;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A kill comes on the side of a write on which it was wanted, and a claim counts when the database has made it. */
@Timeout(60)
class WireConnectionIT {

    private static final String EXECUTION = "exec-00000000000000000001";
    private static final String CLAIM = "update execution set attempt = attempt + 1, worker = ? where id = ?";
    private static final String NEGATIVE = "update execution set attempt = attempt - 1, worker = ? where id = ?";

    private final TestDatabase database = TestServers.emptyDatabase();
    private final WireWatch watch = new WireWatch();
    // What everybody else saw at the moment of the kill.
    private final List<String> seenAtKill = Collections.synchronizedList(new ArrayList<>());
    private Forwarder forwarder;
    private Connection connection;

    @BeforeEach
    void connect() throws Exception {
        database.client()
                .sql("create table execution (id text, worker text, attempt int check (attempt >= 0))")
                .update();
        database.client()
                .sql("insert into execution values ('" + EXECUTION + "', 'nobody', 0)")
                .update();
        var server = URI.create(database.url().substring("jdbc:".length()));
        forwarder = new Forwarder("worker-1", server.getPort(), watch);
        forwarder.killOwnerBy(() -> seenAtKill.add(worker()));
        connection = DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + forwarder.port() + server.getPath(),
                database.user(),
                database.password());
    }

    @AfterEach
    void close() throws Exception {
        connection.close();
        forwarder.close();
    }

    @Test
    void aKillAfterAWriteInATransactionComesWhenItIsCommitted() throws Exception {
        connection.setAutoCommit(false);
        watch.killAtNextWrite(forwarder, Side.AFTER);

        write(CLAIM);
        write(CLAIM);
        assertThat(seenAtKill).isEmpty();
        assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);

        assertThat(seenAtKill).containsExactly("worker-1");
        assertThat(watch.kills()).extracting(WireWatch.Kill::execution).containsExactly(EXECUTION);
    }

    @Test
    void aKillAfterAWriteOfItsOwnComesBeforeItsAnswer() {
        watch.killAtNextWrite(forwarder, Side.AFTER);

        assertThatThrownBy(() -> write(CLAIM)).isInstanceOf(SQLException.class);

        assertThat(seenAtKill).containsExactly("worker-1");
    }

    @Test
    void aKillBeforeAWriteComesBeforeTheServerHasIt() {
        watch.killAtNextWrite(forwarder, Side.BEFORE);

        assertThatThrownBy(() -> write(CLAIM)).isInstanceOf(SQLException.class);

        assertThat(seenAtKill).containsExactly("nobody");
        assertThat(worker()).isEqualTo("nobody");
    }

    @Test
    void aWriteThatIsRolledBackKillsNobody() throws Exception {
        connection.setAutoCommit(false);
        watch.killAtNextWrite(forwarder, Side.AFTER);

        write(CLAIM);
        connection.rollback();
        write(CLAIM);
        connection.commit();

        assertThat(watch.kills()).isEmpty();
    }

    @Test
    void aWriteThatFailsKillsNobody() throws Exception {
        watch.killAtNextWrite(forwarder, Side.AFTER);

        assertThatThrownBy(() -> write(NEGATIVE)).hasMessageContaining("check constraint");
        write(CLAIM);

        assertThat(watch.kills()).isEmpty();
        assertThat(worker()).isEqualTo("worker-1");
    }

    @Test
    void aClaimCountsWhenTheDatabaseHasMadeIt() throws Exception {
        write(CLAIM);
        assertThat(watch.claims()).extracting(WireWatch.Claim::execution).containsExactly(EXECUTION);

        watch.killAtNextWrite(forwarder, Side.BEFORE);
        assertThatThrownBy(() -> write(CLAIM)).isInstanceOf(SQLException.class);

        assertThat(watch.claims()).hasSize(1);
    }

    private void write(String sql) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            statement.setString(1, "worker-1");
            statement.setString(2, EXECUTION);
            statement.executeUpdate();
        }
    }

    private String worker() {
        return database.client()
                .sql("select worker from execution")
                .query(String.class)
                .single();
    }
}
