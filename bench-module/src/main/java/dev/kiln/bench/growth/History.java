package dev.kiln.bench.growth;

import dev.kiln.bench.Scenario;
import dev.kiln.bench.Surroundings;
import dev.kiln.bench.orchestration.SourceImage;
import dev.kiln.bench.orchestration.Templates;
import dev.kiln.bench.result.Measure;
import dev.kiln.bench.system.KeptConnection;
import dev.kiln.bench.system.KilnSystem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.json.JsonMapper;

/**
 * DescribeImagePipelineExecutions of templates with ever longer histories, seen by a client that asks again and again
 * and itself costs next to nothing. Each history has a system of its own, and all are asked in turns, so that whatever
 * else the machine does affects all of them.
 */
public final class History implements Scenario {

    private static final int TURNS = 3;
    private static final JsonMapper JSON = new JsonMapper();

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
        tellWhatIsMissing(surroundings);
        var grown = new ArrayList<Grown>();
        try {
            for (var size : PastExecutions.sizes(surroundings.size())) {
                surroundings.screen().say(size + " executions in a history");
                grown.add(grow(surroundings, size, grown));
            }
            surroundings.screen().say("asking all of them, to warm them up");
            warmUp(grown, surroundings.size().of(20, 3000));
            surroundings.screen().say("asking them in turns");
            for (var round = 0; round < surroundings.size().rounds(); round++) {
                for (var question : QUESTIONS) {
                    answers(surroundings, grown, question);
                }
            }
        } finally {
            // Closes the first one last: it has the broker.
            for (var index = grown.size() - 1; index >= 0; index--) {
                var system = grown.get(index).system();
                system.close();
                surroundings.database().drop(system.database());
            }
        }
    }

    /**
     * A system with a template that has a history of this size.
     *
     * @param pages where each question that walks through pages continues
     */
    private record Grown(int size, KilnSystem system, String template, Map<Question, String> pages) {}

    private static Grown grow(Surroundings surroundings, int size, List<Grown> others) throws Exception {
        var database = surroundings.database().create("history");
        var directory = surroundings.directory().resolve(database.name());
        // Nothing is published here: one broker is enough, and leaves the processors to the measurement.
        var system = others.isEmpty()
                ? new KilnSystem(directory, surroundings.programs(), database, 1)
                : others.get(0).system().another(directory, database);
        try {
            if (others.isEmpty()) {
                system.startBroker();
            }
            system.startApi(List.of());
            var archive = directory.resolve("smallest.tar");
            SourceImage.writeSmallest(archive);
            var base = SourceImage.register(system, archive);
            var template =
                    Templates.make(system.client(), base, Templates.NOTHING, 1).get(0);
            PastExecutions.fill(database, size);
            return new Grown(size, system, template, new HashMap<>());
        } catch (Exception e) {
            system.close();
            surroundings.database().drop(database);
            throw e;
        }
    }

    private static void tellWhatIsMissing(Surroundings surroundings) {
        if (!surroundings.size().large()) {
            for (var question : QUESTIONS) {
                surroundings.results().missing(measure(question, PastExecutions.LARGE, "p50"), PastExecutions.MISSING);
                surroundings.results().missing(measure(question, PastExecutions.LARGE, "p99"), PastExecutions.MISSING);
            }
        }
    }

    /** Warms up all systems concurrently: what is not measured should not take long. */
    private static void warmUp(List<Grown> grown, int calls) throws Exception {
        var threads = Executors.newFixedThreadPool(grown.size());
        try {
            var asked = new ArrayList<Future<?>>();
            for (var each : grown) {
                asked.add(threads.submit(() -> {
                    for (var question : QUESTIONS) {
                        question.ask(each, calls, new Histogram(3));
                    }
                    return each;
                }));
            }
            for (var each : asked) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void answers(Surroundings surroundings, List<Grown> grown, Question question) throws IOException {
        var micros = grown.stream().map(each -> new Histogram(3)).toList();
        for (var turn = 0; turn < TURNS; turn++) {
            for (var index = 0; index < grown.size(); index++) {
                // A system that was idle while the others were asked must first regain its processors and memory.
                question.ask(grown.get(index), surroundings.size().of(20, 100), new Histogram(3));
                question.ask(grown.get(index), surroundings.size().of(20, 1000), micros.get(index));
            }
        }
        for (var index = 0; index < grown.size(); index++) {
            var size = grown.get(index).size();
            var taken = micros.get(index);
            surroundings.results().add(measure(question, size, "p50"), taken.getValueAtPercentile(50) / 1000.0);
            surroundings.results().add(measure(question, size, "p99"), taken.getValueAtPercentile(99) / 1000.0);
        }
    }

    private static Measure measure(Question question, int size, String part) {
        var name = "DescribeImagePipelineExecutions" + question.name() + ", %,d executions, %s";
        var measure = Measure.of(name.formatted(size, part), "ms");
        var compared = size == PastExecutions.COMPARED
                ? measure
                : measure.against(Measure.of(name.formatted(PastExecutions.COMPARED, part), ""));
        return size == PastExecutions.LARGE && part.equals("p99")
                ? compared.wanted("under 10, flat from 1,000")
                : compared;
    }

    /**
     * A request that a client repeats.
     *
     * @param walks whether each request asks for the next page, and after the last begins again
     */
    private record Question(String name, Map<String, String> parameters, boolean walks) {

        void ask(Grown grown, int calls, Histogram micros) throws IOException {
            var sent = new HashMap<>(parameters);
            sent.putAll(Map.of("RegionId", KilnSystem.REGION, "ImagePipelineId", grown.template()));
            var client = grown.system().client();
            sent.put("NextToken", grown.pages().getOrDefault(this, ""));
            try (var connection = new KeptConnection(grown.system().url())) {
                for (var call = 0; call < calls; call++) {
                    var request = KeptConnection.bytes(client.request("DescribeImagePipelineExecutions", sent));
                    var begun = System.nanoTime();
                    var answer = connection.send(request);
                    micros.recordValue((System.nanoTime() - begun) / 1000);
                    if (walks) {
                        sent.put(
                                "NextToken",
                                JSON.readTree(answer).path("NextToken").asString());
                    }
                }
            }
            grown.pages().put(this, sent.get("NextToken"));
        }
    }
}
