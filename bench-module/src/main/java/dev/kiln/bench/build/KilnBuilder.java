package dev.kiln.bench.build;

import dev.kiln.bench.orchestration.EndedExecutions;
import dev.kiln.bench.orchestration.Templates;
import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.KilnSystem;
import dev.kiln.cli.RequestBody;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** An execution of a template, timed by its events in the database, from the accepted start to SUCCESS. */
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
        var content = content(commands);
        return times(run(Templates.make(system.client(), base, content, 1).get(0)));
    }

    /** Builds twice and returns the duration of the second build, which can reuse the steps of the first. */
    double again(List<String> commands) throws IOException, InterruptedException {
        var template =
                Templates.make(system.client(), base, content(commands), 1).get(0);
        var allowed = JsonMapper.shared().createObjectNode().put("maximalAgeSeconds", 3600);
        var path = "/api/v1/templates/" + template + "/step-cache";
        var unusedAnswer = system.client().rest("PUT", path, Map.of(), RequestBody.json(allowed));
        var unusedFirst = run(template);
        return wholeMillis(run(template));
    }

    /** Runs the template once and returns the id of its image. */
    String image(String template) throws IOException, InterruptedException {
        return DatabaseServer.jdbc(system.database())
                .sql("select image_id from execution where id = :id")
                .param("id", run(template))
                .query(String.class)
                .single();
    }

    /** Runs the template once and returns the execution's id. */
    private String run(String template) throws IOException, InterruptedException {
        var ended = new CountDownLatch(1);
        var execution = Templates.start(system.client(), template);
        try (var ends = new EndedExecutions(system.database(), EndedExecutions.SELDOM, id -> ended.countDown())) {
            ends.await(execution);
            if (!ended.await(MINUTES, TimeUnit.MINUTES)) {
                throw new IOException("execution " + execution + " did not succeed, see " + system.directory());
            }
        } catch (SQLException e) {
            throw new IOException(e);
        }
        return execution;
    }

    private static String content(List<String> commands) {
        return commands.stream().map(command -> "RUN " + command).collect(Collectors.joining("\n"));
    }

    private Times times(String execution) {
        return DatabaseServer.jdbc(system.database())
                .sql("""
                        select extract(epoch from max(at) - min(at)) * 1000 / (count(*) - 1) as step
                        from build_step where execution_id = :id
                        """)
                .param("id", execution)
                .query((row, number) -> new Times(wholeMillis(execution), row.getDouble("step")))
                .single();
    }

    private double wholeMillis(String execution) {
        return DatabaseServer.jdbc(system.database())
                .sql("""
                        select extract(epoch from max(at) - min(at)) * 1000 from execution_event where execution_id = :id
                        """)
                .param("id", execution)
                .query(Double.class)
                .single();
    }
}
