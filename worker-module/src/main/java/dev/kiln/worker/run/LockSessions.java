package dev.kiln.worker.run;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Opens the database sessions that hold locks: straight to PostgreSQL, never pooled, and set so that both ends soon
 * notice when the other is gone.
 */
public final class LockSessions {

    // The server ends the session of a host that vanished: first probe after 5 s of silence, 3 probes 2 s apart, and at
    // most 8 s for unacknowledged data. Measured: the lock is free 10 s after a silent loss (docs/adr/0003).
    private static final String SERVER_NOTICES = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2"
            + " -c tcp_keepalives_count=3 -c tcp_user_timeout=8000";

    // The holder notices a dead connection in its next look at the latest after this many seconds, before the server
    // frees the lock.
    private static final String HOLDER_NOTICES_SECONDS = "3";

    private final String url;
    private final @Nullable String user;
    private final @Nullable String password;

    public LockSessions(String url, @Nullable String user, @Nullable String password) {
        this.url = url;
        this.user = user;
        this.password = password;
    }

    Connection open() throws SQLException {
        var properties = new Properties();
        // Without them the driver asks the environment, as for every other session.
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        properties.setProperty("options", SERVER_NOTICES);
        properties.setProperty("socketTimeout", HOLDER_NOTICES_SECONDS);
        properties.setProperty("connectTimeout", HOLDER_NOTICES_SECONDS);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("ApplicationName", "kiln-lock");
        return DriverManager.getConnection(url, properties);
    }
}
