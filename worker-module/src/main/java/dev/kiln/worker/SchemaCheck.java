package dev.kiln.worker;

import dev.kiln.database.OwnMigrations;
import dev.kiln.database.SchemaContract;
import dev.kiln.database.SchemaHistory;
import dev.kiln.start.CannotStartException;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.output.ValidateResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the database with the migrations this worker was built with. The API migrates; a worker waits for it for a
 * while and then refuses to start. A newer database is accepted unless its contract (docs/adr/0006) says otherwise.
 */
final class SchemaCheck {

    private static final Logger LOG = LoggerFactory.getLogger(SchemaCheck.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    private final DataSource database;
    private final String migrations;

    SchemaCheck(DataSource database) {
        this(database, OwnMigrations.LOCATION);
    }

    SchemaCheck(DataSource database, String migrations) {
        this.database = database;
        this.migrations = migrations;
    }

    /** Returns once the schema is the expected one. Throws, with what to do, when it is not in time or never can be. */
    void await(Duration atMost) throws InterruptedException {
        var own = OwnMigrations.at(migrations);
        if (!new SchemaHistory(database).isOf(own)) {
            awaitMigrations(atMost);
        }
        new SchemaContract(database).check(own.newest());
    }

    private void awaitMigrations(Duration atMost) throws InterruptedException {
        var end = System.nanoTime() + atMost.toNanos();
        // A newer database is fine: migrations unknown to this release only add, unless the contract says otherwise.
        var flyway = Flyway.configure()
                .dataSource(database)
                .locations(migrations)
                .ignoreMigrationPatterns("*:future")
                .load();
        var validation = flyway.validateWithResult();
        for (var lacking = lacking(validation); lacking.isPresent(); lacking = lacking(validation)) {
            if (System.nanoTime() > end) {
                throw new CannotStartException(
                        "The database lacks migration " + lacking.get(),
                        "Start an API of this release, which migrates it.");
            }
            LOG.info("waiting for the API to bring the schema up to date");
            Thread.sleep(BETWEEN_LOOKS.toMillis());
            validation = flyway.validateWithResult();
        }
        if (!validation.validationSuccessful) {
            throw new CannotStartException(
                    "The database's schema is not this worker's: " + validation.getAllErrorMessages(),
                    "Run workers and APIs of one line of releases.");
        }
    }

    /** The version of the first migration that the database lacks. */
    private static Optional<String> lacking(ValidateResult validation) {
        return validation.invalidMigrations.stream()
                .filter(invalid ->
                        invalid.errorDetails.errorCode == CoreErrorCode.RESOLVED_VERSIONED_MIGRATION_NOT_APPLIED)
                .map(invalid -> invalid.version)
                .findFirst();
    }
}
