package dev.kiln.bench.peer;

import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.DatabaseServer.Database;
import dev.kiln.bench.system.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** PostgreSQL's own limit on this machine: pgbench with one short insert per transaction. */
public final class Pgbench {

    private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+)");

    private final Programs programs;
    private final DatabaseServer server;

    public Pgbench(Programs programs, DatabaseServer server) {
        this.programs = programs;
        this.server = server;
    }

    /** Inserts per second over this number of connections; empty when pgbench is not installed. */
    public Optional<Double> insertsPerSecond(Database database, Path directory, int connections, int seconds)
            throws IOException, InterruptedException {
        var program = programs.find("pgbench");
        if (program.isEmpty()) {
            return Optional.empty();
        }
        DatabaseServer.jdbc(database).sql("""
                create table if not exists inserted (id bigint generated always as identity primary key,
                                                     content text not null, at timestamptz not null default now())
                """).update();
        var script = directory.resolve("insert.sql");
        Files.writeString(script, "insert into inserted (content) values ('an execution that was accepted');\n");
        var said = programs.run(
                Map.of("PGPASSWORD", database.password()),
                List.of(
                        program.get().toString(),
                        "--no-vacuum",
                        // Like a driver that keeps its prepared statements.
                        "--protocol=prepared",
                        "--client=" + connections,
                        "--jobs=2",
                        "--time=" + seconds,
                        "--file=" + script,
                        "--host=127.0.0.1",
                        "--port=" + server.port(),
                        "--username=" + database.user(),
                        database.name()));
        var rate = RATE.matcher(said);
        if (!rate.find()) {
            throw new IOException("pgbench told no rate: " + said);
        }
        return Optional.of(Double.valueOf(rate.group(1)));
    }
}
