package dev.kiln.testing;

import java.time.Duration;
import org.awaitility.Awaitility;

/**
 * One PostgreSQL and one Kafka for all tests of a JVM, started on first use and stopped with the JVM.
 *
 * <p>The environment variable or system property {@code KILN_TEST_SERVERS} chooses where they run: {@code embedded}
 * (the default; no container engine needed) or {@code containers} (Testcontainers). The tests are the same.
 */
public final class TestServers {

    static {
        // Waits end with what they wait for; their end without it only has to come some day, on a busy machine too.
        Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    }

    private TestServers() {}

    /** A new database with Kiln's schema and no rows. */
    public static TestDatabase freshDatabase() {
        return Databases.INSTANCE.fresh(true);
    }

    /** A new database without a schema, for tests of the migrations themselves. */
    public static TestDatabase emptyDatabase() {
        return Databases.INSTANCE.fresh(false);
    }

    /** The broker. All tests of a JVM share it, so a test uses its own topics and groups where that matters. */
    public static TestKafka kafka() {
        return Broker.INSTANCE;
    }

    // Holders: each server starts when a test first needs it, independent of the other.

    private static final class Databases {
        static final TestDatabases INSTANCE = TestDatabases.start(ServerKind.chosen());
    }

    private static final class Broker {
        static final TestKafka INSTANCE = TestKafka.start(ServerKind.chosen());
    }
}
