package dev.kiln.worker;

import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the database with the migrations this worker was built with. The API migrates; a worker waits for it for a
 * while and then refuses to start: with another schema it could only do harm.
 */
final class SchemaCheck {

    private static final Logger LOG = LoggerFactory.getLogger(SchemaCheck.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    private final Flyway flyway;

    SchemaCheck(DataSource database) {
        flyway = Flyway.configure().dataSource(database).load();
    }

    /** Returns once the schema is the expected one; throws with what to do when it is not in time, or never can be. */
    void await(Duration atMost) throws InterruptedException {
        var end = System.nanoTime() + atMost.toNanos();
        while (flyway.info().pending().length > 0) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the database lacks migration "
                        + flyway.info().pending()[0].getVersion() + "; start an API of this version, which migrates");
            }
            LOG.info("waiting for the API to bring the schema up to date");
            Thread.sleep(BETWEEN_LOOKS.toMillis());
        }
        var validation = flyway.validateWithResult();
        if (!validation.validationSuccessful) {
            throw new IllegalStateException("the database's schema is not this worker's: "
                    + validation.getAllErrorMessages() + "; run workers and API of the same version");
        }
    }
}
