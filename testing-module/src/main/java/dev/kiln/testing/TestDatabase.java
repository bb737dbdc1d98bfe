package dev.kiln.testing;

import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** How to reach one database. */
public record TestDatabase(String url, String user, String password) {

    /** A source of connections that opens a new session for each; pool it yourself if you need many. */
    public DataSource dataSource() {
        return new DriverManagerDataSource(url, user, password);
    }

    public JdbcClient client() {
        return JdbcClient.create(dataSource());
    }
}
