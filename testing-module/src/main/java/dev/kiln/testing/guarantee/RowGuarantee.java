package dev.kiln.testing.guarantee;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A guarantee checked by one query: each row that it returns is a violation, described in its first column. */
abstract class RowGuarantee implements Guarantee {

    private final JdbcClient jdbc;
    private final String sql;

    RowGuarantee(JdbcClient jdbc, String sql) {
        this.jdbc = jdbc;
        this.sql = sql;
    }

    @Override
    public List<String> violations() {
        return jdbc.sql(sql).query(String.class).list();
    }
}
