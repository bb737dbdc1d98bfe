package dev.kiln.api.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionStatus;
import dev.kiln.testing.TestServers;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A database that all migrations have gone over checks the same statuses as the code has. */
class StatusConstraintsIT {

    private final JdbcClient jdbc = TestServers.freshDatabase().client();

    @Test
    void itKnowsTheSameNames() {
        assertThat(names("execution_status_known")).containsExactlyInAnyOrderElementsOf(those(status -> true));
    }

    @Test
    void theSameAreFinal() {
        assertThat(names("execution_finished_exactly_when_final"))
                .containsExactlyInAnyOrderElementsOf(those(ExecutionStatus::isFinal));
    }

    @Test
    void theSameAreOutcomesOfReleasing() {
        assertThat(names("execution_outcome_known"))
                .containsExactlyInAnyOrderElementsOf(those(status -> status.isFinal()
                        && ExecutionStatus.RELEASING.successors().contains(status)));
    }

    private static List<String> those(Predicate<ExecutionStatus> which) {
        return Arrays.stream(ExecutionStatus.values())
                .filter(which)
                .map(Enum::name)
                .toList();
    }

    /** What stands in quotes in the constraint that the database enforces. */
    private List<String> names(String constraint) {
        return jdbc.sql("""
                        select name[1] from pg_constraint,
                               regexp_matches(pg_get_constraintdef(oid), '''([^'']*)''', 'g') name
                         where conrelid = 'execution'::regclass and conname = :name and convalidated
                        """).param("name", constraint).query(String.class).list();
    }
}
