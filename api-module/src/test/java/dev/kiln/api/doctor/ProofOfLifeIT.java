package dev.kiln.api.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.reaper.Intents;
import dev.kiln.region.RegionId;
import dev.kiln.region.StoreKey;
import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestServers;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Uploads under way are taken for abandoned only when their process is gone. */
class ProofOfLifeIT {

    private final TestDatabase database = TestServers.freshDatabase();
    private final JdbcClient jdbc = database.client();
    // A role of its own, which is refused as every role is while PostgreSQL restarts.
    private final String role = "life_" + UUID.randomUUID().toString().replace("-", "");

    @BeforeEach
    void begin() {
        alter("create role %s login password 'life'");
    }

    @AfterEach
    void end() {
        endSessions();
        alter("drop role %s");
    }

    private void alter(String statement) {
        jdbc.sql(statement.formatted(role)).update();
    }

    private void endSessions() {
        jdbc.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = :role")
                .param("role", role)
                .query()
                .listOfRows();
        Awaitility.await("the sessions have ended")
                .until(() -> is("not exists (select from pg_stat_activity where usename = '" + role + "')"));
    }

    private boolean is(String condition) {
        return jdbc.sql("select " + condition).query(Boolean.class).single();
    }

    @Test
    void anUploadIsAliveAgainOnceTheDatabaseGivesSessionsAgain() {
        try (var life = new ProofOfLife(connection())) {
            new Intents(jdbc).beginUpload(new RegionId("cn-one"), new StoreKey("images/m-1"), Optional.of(life.lock()));
            assertThat(is("(select alive from intent_state)")).isTrue();

            alter("alter role %s nologin");
            endSessions();
            life.renew();
            assertThat(is("(select alive from intent_state)")).isFalse();
            alter("alter role %s login");
            life.renew();

            assertThat(is("(select alive from intent_state)")).isTrue();
        }
    }

    private JdbcConnectionDetails connection() {
        return new JdbcConnectionDetails() {
            @Override
            public String getUsername() {
                return role;
            }

            @Override
            public String getPassword() {
                return "life";
            }

            @Override
            public String getJdbcUrl() {
                return database.url();
            }
        };
    }
}
