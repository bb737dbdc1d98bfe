package dev.kiln.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class TestServersIT {

    private static final String ACCOUNTS = "select count(*) from account";

    @Test
    void everyFreshDatabaseIsMigratedAndEmpty() {
        var first = TestServers.freshDatabase();
        first.client()
                .sql("insert into account (id, name) values (1000000000000001, 'potter')")
                .update();
        var second = TestServers.freshDatabase();

        assertThat(first.client().sql(ACCOUNTS).query(Long.class).single()).isEqualTo(1);
        assertThat(second.client().sql(ACCOUNTS).query(Long.class).single()).isZero();
    }

    @Test
    void anEmptyDatabaseHasNoTables() {
        var tables = TestServers.emptyDatabase()
                .client()
                .sql("select count(*) from pg_tables where schemaname = 'public'")
                .query(Long.class)
                .single();
        assertThat(tables).isZero();
    }

    @Test
    void theBrokerMakesTopicsOnlyWhenAsked() throws Exception {
        TestServers.kafka().createTopic("asked-for", 3);

        Map<String, Object> settings =
                Map.of("bootstrap.servers", TestServers.kafka().bootstrapServers());
        try (var admin = Admin.create(settings)) {
            assertThat(admin.listTopics().names().get(30, TimeUnit.SECONDS)).contains("asked-for");
        }
    }

    @Test
    void anUnknownKindOfServerIsRefused() {
        assertThat(ServerKind.of("Containers")).isEqualTo(ServerKind.CONTAINERS);
        assertThatThrownBy(() -> ServerKind.of("cloud"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("embedded or containers");
    }

    @Test
    void aSeedRepeatsItself() {
        System.setProperty("kiln.seed", "42");
        try {
            assertThat(TestSeed.random("first").nextLong())
                    .isEqualTo(TestSeed.random("second").nextLong());
        } finally {
            System.clearProperty("kiln.seed");
        }
    }
}
