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

/** Migrates the database when the API starts, and refuses one that is newer than the program allows. */
@Configuration(proxyBeanMethods = false)
class MigrationConfiguration {

    // The retries come after 1, 2, 4, 8 and 16 s: as long as the pool waits for a database that is starting.
    private static final int TRIES = 5;

    /**
     * Migrations have sessions of their own: the pool's end a statement after some seconds, which suits requests but
     * not migrations. They wait only briefly for a lock, because everybody else would queue behind them.
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
            // Spring Boot evaluates this setting when the jar is built, and not again (docs/adr/0028).
            if (wanted) {
                var own = OwnMigrations.at(OwnMigrations.LOCATION);
                if (hasMore(flyway) || !new SchemaHistory(pool).isOf(own)) {
                    flyway.migrate();
                }
                new SchemaContract(pool).check(own.newest());
            }
        };
    }

    /** Whether there are migrations other than Kiln's own; then only Flyway can tell what is to be done. */
    private static boolean hasMore(Flyway flyway) {
        var locations = flyway.getConfiguration().getLocations();
        return locations.length != 1 || !locations[0].getDescriptor().equals(OwnMigrations.LOCATION);
    }
}
