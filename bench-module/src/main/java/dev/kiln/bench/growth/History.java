package dev.kiln.bench.growth;

import dev.kiln.bench.Scenario;
import dev.kiln.bench.Surroundings;
import dev.kiln.bench.orchestration.SourceImage;
import dev.kiln.bench.orchestration.Templates;
import dev.kiln.bench.result.Measure;
import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.DatabaseServer.Database;
import dev.kiln.bench.system.KilnSystem;
import dev.kiln.cli.SignedClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** DescribeImagePipelineExecutions of a template whose history grows, seen by a client that asks again and again. */
public final class History implements Scenario {

    private static final List<Integer> SIZES = List.of(10, 1000, 100_000);
    private static final int LARGE = 1_000_000;

    private static final List<Question> QUESTIONS = List.of(
            new Question("", Map.of(), false),
            new Question(" with Status", Map.of("Status", "FAILED,CANCELLED"), false),
            new Question(" page by page", Map.of("MaxResults", "50"), true));

    @Override
    public String name() {
        return "history";
    }

    @Override
    public void measure(Surroundings surroundings) throws Exception {
        var database = surroundings.database().create("history");
        var directory = surroundings.directory().resolve(database.name());
        try (var system = new KilnSystem(directory, surroundings.programs(), database, 1).start(0)) {
            var archive = directory.resolve("smallest.tar");
            SourceImage.writeSmallest(archive);
            var base = SourceImage.register(system, archive);
            var template =
                    Templates.make(system.client(), base, Templates.NOTHING, 1).get(0);
            var there = 0;
            for (var size : sizes(surroundings)) {
                surroundings.screen().say(size + " executions in the history");
                fill(database, template, there, size);
                there = size;
                answers(surroundings, system.client(), template, size);
            }
        } finally {
            surroundings.database().drop(database);
        }
    }

    private static List<Integer> sizes(Surroundings surroundings) {
        var sizes = new ArrayList<>(SIZES);
        if (surroundings.size().large()) {
            sizes.add(LARGE);
        } else {
            var reason = "only with --large";
            for (var question : QUESTIONS) {
                surroundings.results().missing(measure(question, LARGE, "p50"), reason);
                surroundings.results().missing(measure(question, LARGE, "p99"), reason);
            }
        }
        return sizes;
    }

    /**
     * Executions that have ended, as if they had been a minute apart, every thousandth of them badly. They are counted
     * here: in one transaction the trigger that counts would read all versions of its row again for each execution.
     */
    private static void fill(Database database, String template, int there, int wanted) {
        var jdbc = DatabaseServer.jdbc(database);
        jdbc.sql("alter table execution disable trigger user").update();
        jdbc.sql("""
                with made as (
                    insert into execution (id, template_id, account_id, region_id, image_id, status, outcome, attempt, worker,
                                           version, created_at, modified_at, finished_at)
                    select 'exec-' || substr(md5(number::text), 1, 20), t.id, t.account_id, t.region_id,
                           'm-' || substr(md5(number::text), 1, 20), ended, ended, 1, 'worker-1', 6, at, at, at
                      from template t, generate_series(:first, :last) number
                     cross join lateral (select now() - interval '10 years' + number * interval '1 minute' as at,
                                                case when number % 1000 = 0 then 'FAILED' else 'SUCCESS' end as ended) e
                     where t.id = :template
                    returning template_id, status)
                insert into execution_count (template_id, final_status, executions)
                select template_id, status, count(*) from made group by template_id, status
                on conflict (template_id, final_status)
                    do update set executions = execution_count.executions + excluded.executions
                """)
                .param("first", there + 1)
                .param("last", wanted)
                .param("template", template)
                .update();
        jdbc.sql("alter table execution enable trigger user").update();
        // As autovacuum does sooner or later.
        jdbc.sql("vacuum analyze execution").update();
    }

    private static void answers(Surroundings surroundings, SignedClient client, String template, int size)
            throws IOException {
        var calls = surroundings.size().of(200, 3000);
        for (var question : QUESTIONS) {
            question.ask(client, template, calls);
        }
        for (var round = 0; round < surroundings.size().rounds(); round++) {
            for (var question : QUESTIONS) {
                var micros = question.ask(client, template, calls);
                surroundings.results().add(measure(question, size, "p50"), micros.getValueAtPercentile(50) / 1000.0);
                surroundings.results().add(measure(question, size, "p99"), micros.getValueAtPercentile(99) / 1000.0);
            }
        }
    }

    private static Measure measure(Question question, int size, String part) {
        var name = "DescribeImagePipelineExecutions" + question.name() + ", %,d executions, %s";
        var measure = Measure.of(name.formatted(size, part), "ms");
        var compared =
                size == SIZES.get(1) ? measure : measure.against(Measure.of(name.formatted(SIZES.get(1), part), ""));
        return size == LARGE && part.equals("p99") ? compared.wanted("under 10, flat from 1,000") : compared;
    }

    /**
     * What a client asks again and again.
     *
     * @param walks goes on with the page behind, and at the end begins again
     */
    private record Question(String name, Map<String, String> parameters, boolean walks) {

        Histogram ask(SignedClient client, String template, int calls) throws IOException {
            var micros = new Histogram(3);
            var sent = new HashMap<>(parameters);
            sent.putAll(Map.of("RegionId", KilnSystem.REGION, "ImagePipelineId", template));
            for (var call = 0; call < calls; call++) {
                var begun = System.nanoTime();
                var answer = client.rpc("DescribeImagePipelineExecutions", sent);
                micros.recordValue((System.nanoTime() - begun) / 1000);
                if (walks) {
                    sent.put("NextToken", answer.path("NextToken").asString());
                }
            }
            return micros;
        }
    }
}
