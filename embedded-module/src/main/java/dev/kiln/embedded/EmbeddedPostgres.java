package dev.kiln.embedded;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * A PostgreSQL server as a child process on the loopback address. The directory keeps its data across restarts, even
 * when the server or the JVM was killed, and its one account needs a password that only the directory's owner can read.
 */
public final class EmbeddedPostgres implements Closeable {

    /** The name of the one account and of the first database. */
    public static final String USER = "kiln";

    private static final long SECONDS_TO_START = 120;
    private static final long SECONDS_TO_STOP = 20;

    private static final long LONGEST_PAUSE = 30; // seconds

    private final DirectoryLock lock;
    private final PostgresData data;
    private final Settings settings;
    private final int port;
    private final String password;
    private volatile Process server;
    private volatile boolean closed;

    /**
     * Where and how the server keeps its data.
     *
     * @param directory kept across restarts; used by one server at a time
     * @param port a port of 127.0.0.1, or 0 for any
     * @param durable whether committed data survives a crash of the machine; tests do without, which is faster
     * @param log the file that the server's own log is appended to
     */
    public record Settings(Path directory, int port, boolean durable, Path log) {}

    private EmbeddedPostgres(DirectoryLock lock, PostgresData data, Settings settings, int port) throws IOException {
        this.lock = lock;
        this.data = data;
        this.settings = settings;
        this.port = port;
        this.password = data.initialised(settings.durable());
        this.server = startServer();
    }

    /** Starts the server and returns when it answers; first stops a server that a killed JVM left in the directory. */
    public static EmbeddedPostgres start(Settings settings) throws IOException {
        var lock = DirectoryLock.take(settings.directory());
        try {
            var port = FreePort.check(settings.port());
            var data = new PostgresData(settings.directory(), PostgresBinaries.unpacked());
            data.stopOrphan();
            return new EmbeddedPostgres(lock, data, settings, port);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * From now on a server that ends unexpectedly is restarted on the same port, after growing pauses.
     *
     * @param told is called at each end, and when the server is back
     */
    public void supervise(Consumer<String> told) {
        var supervisor = new Thread(() -> keepRunning(told), "postgres-supervisor");
        supervisor.setDaemon(true);
        supervisor.start();
    }

    private void keepRunning(Consumer<String> told) {
        var pause = 1L;
        try {
            while (!closed) {
                var status = server.waitFor();
                if (closed) {
                    return;
                }
                told.accept("PostgreSQL ended with status " + status + "; it is started again in " + pause + " s, see "
                        + settings.log());
                TimeUnit.SECONDS.sleep(pause);
                pause = startAgain(told) ? 1 : Math.min(pause * 2, LONGEST_PAUSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean startAgain(Consumer<String> told) {
        try {
            if (!closed) {
                data.stopOrphan();
                server = startServer();
                told.accept("PostgreSQL answers again");
            }
            return true;
        } catch (IOException e) {
            told.accept("PostgreSQL could not be started: " + e.getMessage());
            return false;
        }
    }

    public int port() {
        return port;
    }

    public String password() {
        return password;
    }

    /** The JDBC URL of a database of this server, without the password. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** The JDBC URL of the database {@code kiln}. */
    public String url() {
        return url(USER);
    }

    /** Stops the server in an orderly way, ending its clients' sessions. */
    @Override
    public void close() throws IOException {
        closed = true;
        synchronized (this) {
            try (lock) {
                stop(server.toHandle());
            }
        }
    }

    static void stop(ProcessHandle server) throws IOException {
        BoundProcess.signal(server.pid(), "INT");
        try {
            server.onExit().get(SECONDS_TO_STOP, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // Committed data is in the write-ahead log; the next start recovers it.
            BoundProcess.signal(server.pid(), "QUIT");
        } catch (ExecutionException e) {
            throw new IOException("could not wait for PostgreSQL to stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Process startServer() throws IOException {
        var started = BoundProcess.startWithoutRoot(data.server(options(settings, port), settings.log()), "INT");
        awaitStart(started);
        return started;
    }

    private static List<String> options(Settings settings, int port) {
        var options = new ArrayList<>(List.of(
                "listen_addresses=127.0.0.1",
                "port=" + port,
                "unix_socket_directories=",
                "max_connections=200",
                // A killed client's session that is running a statement ends within this time, and releases its locks.
                "client_connection_check_interval=2s",
                "timezone=UTC",
                "log_timezone=UTC"));
        if (!settings.durable()) {
            options.addAll(List.of("fsync=off", "synchronous_commit=off", "full_page_writes=off"));
        }
        return options;
    }

    private void awaitStart(Process started) throws IOException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
        try {
            while (!data.isReady(started.pid())) {
                if (started.waitFor(20, TimeUnit.MILLISECONDS)) {
                    throw new IOException(
                            "PostgreSQL did not start; the end of its log:\n" + lastLines(settings.log()));
                }
                if (System.nanoTime() > deadline) {
                    throw new IOException(
                            "PostgreSQL was not ready within " + SECONDS_TO_START + " s, see " + settings.log());
                }
            }
            createFirstDatabase();
        } catch (IOException e) {
            started.destroyForcibly();
            throw e;
        } catch (InterruptedException e) {
            started.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while PostgreSQL was starting", e);
        }
    }

    private void createFirstDatabase() throws IOException {
        try (var connection = connect("postgres");
                var query = connection.prepareStatement("select from pg_database where datname = ?")) {
            query.setString(1, USER);
            try (var found = query.executeQuery();
                    var statement = connection.createStatement()) {
                if (!found.next()) {
                    statement.execute("create database " + USER);
                }
            }
        } catch (SQLException e) {
            throw new IOException("PostgreSQL started but could not be used: " + e.getMessage(), e);
        }
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(url(database), USER, password);
    }

    private static String lastLines(Path log) throws IOException {
        var lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    }
}
