package dev.kiln.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the driver throws becomes words for whoever started the process; everything else keeps its stack trace. */
class RefusedByDatabaseAnalyzerTest {

    private final RefusedByDatabaseAnalyzer analyzer = new RefusedByDatabaseAnalyzer();

    @ParameterizedTest
    @ValueSource(strings = {"08001", "28P01", "28000", "3D000"})
    void aRefusalIsToldAlsoBehindAPoolThatWaited(String state) {
        var refusal = new SQLException("the server said no", state);

        isTold(refusal, "the server said no");
        isTold(new SQLTransientConnectionException("timed out", state, refusal), "the server said no");
    }

    private void isTold(Throwable refusal, String words) {
        var analysis = analyzer.analyze(new IllegalStateException("the start failed", refusal));
        assertThat(analysis).isNotNull();
        assertThat(analysis.getDescription()).contains(words);
        assertThat(analysis.getAction()).contains("spring.datasource.password");
    }

    @Test
    void troubleWithAStatementKeepsItsStackTrace() {
        var failure = new IllegalStateException(new SQLException("no such column", "42703"));

        assertThat(analyzer.analyze(failure)).isNull();
    }
}
