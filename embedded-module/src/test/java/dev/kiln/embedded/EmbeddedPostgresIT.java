package dev.kiln.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class EmbeddedPostgresIT {

    @TempDir
    private Path temporary;

    @Test
    void keepsItsDataAndPasswordOverARestart() throws Exception {
        String password;
        try (var postgres = EmbeddedPostgres.start(settings(0))) {
            password = postgres.password();
            execute(postgres, "create table kept (value text)", "insert into kept values ('clay')");
        }
        try (var postgres = EmbeddedPostgres.start(settings(0))) {
            assertThat(postgres.password()).isEqualTo(password);
            assertThat(firstText(postgres, "select value from kept")).isEqualTo("clay");
        }
    }

    @Test
    void isUsableByThePasswordsOwnerOnly() throws Exception {
        try (var postgres = EmbeddedPostgres.start(settings(0))) {
            assertThatThrownBy(() -> DriverManager.getConnection(postgres.url(), EmbeddedPostgres.USER, "guess"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
            assertThat(permissions(directory())).isEqualTo("rwx------");
            assertThat(permissions(directory().resolve("password"))).isEqualTo("rw-------");
        }
    }

    @Test
    void stopsAtOnceAlthoughClientsAreConnected() throws Exception {
        var postgres = EmbeddedPostgres.start(settings(0));
        try (var client = DriverManager.getConnection(postgres.url(), EmbeddedPostgres.USER, postgres.password())) {
            postgres.close();

            // Any other orderly stop would wait for the client, until it is ended by force.
            assertThat(temporary.resolve("postgres.log")).content().contains("received fast shutdown request");
            assertThat(client.isValid(1)).isFalse();
        }
    }

    @Test
    void isStartedAgainOnItsPortWhenItIsKilled() throws Exception {
        var told = new CopyOnWriteArrayList<String>();
        var durable = new EmbeddedPostgres.Settings(directory(), 0, true, temporary.resolve("postgres.log"));
        try (var postgres = EmbeddedPostgres.start(durable)) {
            postgres.supervise(told::add);
            execute(postgres, "create table kept (value text)", "insert into kept values ('clay')");
            var pid = Files.readAllLines(directory().resolve("cluster/postmaster.pid"))
                    .get(0);

            ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();

            Awaitility.await("it is there again")
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() -> told.contains("PostgreSQL answers again"));
            assertThat(told.get(0)).startsWith("PostgreSQL ended with status 137; it is started again in 1 s");
            assertThat(firstText(postgres, "select value from kept")).isEqualTo("clay");
        }
        assertThat(told).last().isEqualTo("PostgreSQL answers again");
    }

    @Test
    void goesOnAfterTheJvmThatRanItWasKilled() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var command = List.of(
                java,
                "-cp",
                System.getProperty("java.class.path"),
                PostgresUntilKilled.class.getName(),
                directory().toString());
        var child = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = child.inputReader()) {
            assertThat(output.readLine()).isEqualTo("ready");
            child.destroyForcibly().waitFor();
        }
        try (var postgres = EmbeddedPostgres.start(settings(0))) {
            assertThat(firstText(postgres, "select value from kept")).isEqualTo("written before the kill");
        }
    }

    @Test
    void stopsAnOrphanThatRunsOnItsDirectory() throws Exception {
        EmbeddedPostgres.start(settings(0)).close();
        var orphan = startOrphan();
        try (var postgres = EmbeddedPostgres.start(settings(0))) {
            assertThat(orphan.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(firstText(postgres, "select 'alive'")).isEqualTo("alive");
        } finally {
            orphan.destroyForcibly();
        }
    }

    @Test
    void doesNotTakeAStrangerForAnOrphan() throws Exception {
        EmbeddedPostgres.start(settings(0)).close();
        var stranger = new ProcessBuilder("sleep", "60").start();
        try {
            Files.writeString(directory().resolve("cluster/postmaster.pid"), stranger.pid() + "\n");
            try (var postgres = EmbeddedPostgres.start(settings(0))) {
                assertThat(firstText(postgres, "select 'alive'")).isEqualTo("alive");
            }
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void saysWhichPortIsTaken() throws Exception {
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedPostgres.start(settings(other.getLocalPort())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("port " + other.getLocalPort())
                    .hasMessageContaining("taken");
        }
    }

    @Test
    void isNotStartedTwiceOnOneDirectory() throws Exception {
        try (var first = EmbeddedPostgres.start(settings(0))) {
            assertThatThrownBy(() -> EmbeddedPostgres.start(settings(0)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use");
            assertThat(firstText(first, "select 'alive'")).isEqualTo("alive");
        }
    }

    private Path directory() {
        return temporary.resolve("postgres");
    }

    private EmbeddedPostgres.Settings settings(int port) {
        return new EmbeddedPostgres.Settings(directory(), port, false, temporary.resolve("postgres.log"));
    }

    private Process startOrphan() throws IOException {
        var data = new PostgresData(directory(), PostgresBinaries.unpacked());
        var options = List.of("port=" + FreePort.any(), "unix_socket_directories=", "listen_addresses=127.0.0.1");
        var orphan = BoundProcess.startWithoutRoot(data.server(options, temporary.resolve("orphan.log")), "INT");
        Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> data.isReady(orphan.pid()));
        return orphan;
    }

    private static void execute(EmbeddedPostgres postgres, String... statements) throws SQLException {
        try (var connection = DriverManager.getConnection(postgres.url(), EmbeddedPostgres.USER, postgres.password());
                var statement = connection.createStatement()) {
            for (var each : statements) {
                statement.execute(each);
            }
        }
    }

    private static String firstText(EmbeddedPostgres postgres, String query) throws SQLException {
        try (var connection = DriverManager.getConnection(postgres.url(), EmbeddedPostgres.USER, postgres.password());
                var statement = connection.createStatement();
                var result = statement.executeQuery(query)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
