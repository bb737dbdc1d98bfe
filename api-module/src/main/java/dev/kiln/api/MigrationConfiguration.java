package dev.kiln.api;

import dev.kiln.database.OwnMigrations;
import dev.kiln.database.SchemaContract;
import dev.kiln.database.SchemaHistory;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How the API brings the database up to date at its start, and what it does with one that is newer than itself. */
@Configuration(proxyBeanMethods = false)
class MigrationConfiguration {

    // Tried again after 1, 2, 4, 8 and 16 s: as long as the pool waits for a database that starts.
    private static final int TRIES = 5;

    /**
     * Sessions of its own: those of the pool end a statement after seconds, which suits a request and no migration. A
     * lock that others hold is not waited for long, because everybody else would wait behind the migration.
     */
    @Bean
    FlywayConfigurationCustomizer migrationSessions(JdbcConnectionDetails database) {
        return flyway -> flyway.dataSource(database.getJdbcUrl(), database.getUsername(), database.getPassword())
                .initSql("set lock_timeout = '5s'")
                .connectRetries(TRIES);
    }

    @Bean
    FlywayMigrationStrategy migrateWithinTheContract(
            DataSource pool, @Value("${spring.flyway.enabled:true}") boolean wanted) {
        return flyway -> {
            // Spring Boot asks for this where the jar is built, and not again (docs/adr/0028).
            if (wanted) {
                var own = OwnMigrations.at(OwnMigrations.LOCATION);
                if (hasMore(flyway) || !new SchemaHistory(pool).isOf(own)) {
                    flyway.migrate();
                }
                new SchemaContract(pool).check(own.newest());
            }
        };
    }

    /** Whether there are other migrations than Kiln's own, so that only Flyway can know what is to be done. */
    private static boolean hasMore(Flyway flyway) {
        var locations = flyway.getConfiguration().getLocations();
        return locations.length != 1 || !locations[0].getDescriptor().equals(OwnMigrations.LOCATION);
    }
}
