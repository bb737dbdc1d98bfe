package dev.kiln.bench.build;

import dev.kiln.bench.orchestration.EndedExecutions;
import dev.kiln.bench.orchestration.Templates;
import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.KilnSystem;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** An execution of a template, from its first build step until the image is stored, by the events in the database. */
final class KilnBuilder implements Builder {

    private static final long MINUTES = 10;

    private final KilnSystem system;
    private final String base;

    KilnBuilder(KilnSystem system, String base) {
        this.system = system;
        this.base = base;
    }

    @Override
    public String name() {
        return "Kiln";
    }

    @Override
    public Times build(List<String> commands) throws IOException, InterruptedException {
        var content = commands.stream().map(command -> "RUN " + command).collect(Collectors.joining("\n"));
        var template = Templates.make(system.client(), base, content, 1).get(0);
        var ended = new CountDownLatch(1);
        var execution = Templates.start(system.client(), template);
        try (var ends = new EndedExecutions(system.database(), id -> ended.countDown())) {
            ends.await(execution);
            if (!ended.await(MINUTES, TimeUnit.MINUTES)) {
                throw new IOException("execution " + execution + " did not succeed, see " + system.directory());
            }
        } catch (SQLException e) {
            throw new IOException(e);
        }
        return times(execution);
    }

    private Times times(String execution) {
        return DatabaseServer.jdbc(system.database())
                .sql("""
                        select extract(epoch from (select at from execution_event
                                                   where execution_id = :id and from_status = 'BUILDING')
                                                - (select at from execution_event
                                                   where execution_id = :id and to_status = 'BUILDING')) * 1000 as whole,
                               extract(epoch from max(at) - min(at)) * 1000 / (count(*) - 1) as step
                        from build_step where execution_id = :id
                        """)
                .param("id", execution)
                .query((row, number) -> new Times(row.getDouble("whole"), row.getDouble("step")))
                .single();
    }
}
