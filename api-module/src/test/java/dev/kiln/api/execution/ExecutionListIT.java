package dev.kiln.api.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.account.AccountId;
import dev.kiln.api.execution.ExecutionList.Filter;
import dev.kiln.api.rpc.PagingTokens.Position;
import dev.kiln.region.RegionId;
import dev.kiln.testing.TestServers;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import tools.jackson.databind.json.JsonMapper;

/** The listing's statement within one session of the database. */
class ExecutionListIT {

    private static final String TEMPLATE = "ip-%020d".formatted(1);

    // A statement is PostgreSQL's own from the driver's fifth time on, and planned five times before a plan is kept.
    private static final int TIMES = 30;

    @ParameterizedTest
    @ValueSource(strings = {"", "FAILED", "FAILED,CANCELLED", "SUCCESS,BUILDING"})
    void pagesOfALongHistoryAreNotPlannedAnewForEachRequest(String statuses) throws SQLException {
        try (var connection = TestServers.freshDatabase().dataSource().getConnection()) {
            var jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
            fill(jdbc);
            var list = new ExecutionList(jdbc, new JsonMapper());
            var filter =
                    new Filter(new AccountId(1001), new RegionId("cn-one"), TEMPLATE, "", words(statuses), List.of());
            var place = new Position(Instant.parse("9999-01-01T00:00:00Z"), "");

            for (var time = 0; time < TIMES; time++) {
                var page = list.list(filter, place, 51).orElseThrow().executions();
                assertThat(page).hasSize(51);
                place = new Position(page.get(50).createdAt(), page.get(50).executionId());
            }

            assertThat(plansOfListing(jdbc)).isLessThanOrEqualTo(5);
        }
    }

    private static List<String> words(String given) {
        return given.isEmpty() ? List.of() : List.of(given.split(",", -1));
    }

    private static long plansOfListing(JdbcClient jdbc) {
        return jdbc.sql("""
                        select custom_plans from pg_prepared_statements
                         where statement like '%from%execution e where%order by e.created_at desc%'
                        """).query(Long.class).single();
    }

    private static void fill(JdbcClient jdbc) {
        jdbc.sql("insert into account (id, name) values (1001, 'owner')").update();
        jdbc.sql("""
                        insert into template (id, account_id, region_id, name, base_image_type, base_image)
                        values (:id, 1001, 'cn-one', 'golden', 'IMAGE', 'm-base')
                        """).param("id", TEMPLATE).update();
        jdbc.sql("""
                        insert into execution (id, template_id, account_id, region_id, image_id, status, outcome, attempt,
                                               version, created_at, modified_at, finished_at)
                        select 'exec-' || substr(md5(number::text), 1, 20), :template, 1001, 'cn-one',
                               'm-' || substr(md5(number::text), 1, 20), ended, ended, 1, 6, at, at, at
                          from generate_series(1, 20000) number
                         cross join lateral (select now() - number * interval '1 minute' as at,
                                                    case when number % 10 = 0 then 'FAILED' else 'SUCCESS' end as ended) t
                        """).param("template", TEMPLATE).update();
        jdbc.sql("analyze execution").update();
    }
}
