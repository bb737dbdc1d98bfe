package dev.kiln.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Opens the database sessions that hold locks: direct connections to PostgreSQL, never pooled, and configured so that
 * each end soon notices when the other is gone.
 */
public final class LockSessions {

    // The server ends the session of a vanished host: first probe after 5 s of silence, 3 probes 2 s apart, and at most
    // 8 s for unacknowledged data. Measured: the lock is free 10 s after a silent loss (docs/adr/0003).
    private static final String SERVER_NOTICES = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2"
            + " -c tcp_keepalives_count=3 -c tcp_user_timeout=8000";

    // The plan for finding a template's row is the same for every template.
    private static final String PLANNED_ONCE = " -c plan_cache_mode=force_generic_plan";

    // The holder notices a dead connection at its next check, after at most this many seconds: before the server frees
    // the lock.
    private static final String HOLDER_NOTICES_SECONDS = "3";

    // A holder checks several times a second. A stopped or starved one keeps its connection, but not its lock.
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(15);

    private final String url;
    private final @Nullable String user;
    private final @Nullable String password;
    private final Duration silence;

    public LockSessions(String url, @Nullable String user, @Nullable String password) {
        this(url, user, password, LONGEST_SILENCE);
    }

    /** With a longest silence other than the usual 15 s. */
    public LockSessions(String url, @Nullable String user, @Nullable String password, Duration silence) {
        this.url = url;
        this.user = user;
        this.password = password;
        this.silence = silence;
    }

    /** How long a holder may be silent before the server ends its session. */
    public Duration silence() {
        return silence;
    }

    /** Opens a new session, which the caller must close. */
    public Connection open() throws SQLException {
        var properties = new Properties();
        // Without a user the driver falls back to the environment, as for every other session.
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        properties.setProperty("options", SERVER_NOTICES + PLANNED_ONCE);
        properties.setProperty("socketTimeout", HOLDER_NOTICES_SECONDS);
        properties.setProperty("connectTimeout", HOLDER_NOTICES_SECONDS);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("ApplicationName", "kiln-lock");
        return DriverManager.getConnection(url, properties);
    }
}
