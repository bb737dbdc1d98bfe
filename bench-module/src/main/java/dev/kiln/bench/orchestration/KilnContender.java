package dev.kiln.bench.orchestration;

import dev.kiln.bench.peer.Contender;
import dev.kiln.bench.system.KilnSystem;
import dev.kiln.cli.SignedClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Kiln from outside: signed requests to an API process, a broker, worker processes, and real, though empty, builds. */
public final class KilnContender implements Contender {

    static final String NAME = "Kiln (signed HTTP, Kafka, worker processes)";

    private static final int WORKERS = 2;

    private final KilnSystem system;
    private final SignedClient client;
    private final Map<String, Integer> keys = new ConcurrentHashMap<>();
    private List<String> templates = List.of();
    private @Nullable EndedExecutions ends;

    /** @param system not started yet, with {@link #slots()} slots per worker */
    public KilnContender(KilnSystem system) {
        this.system = system;
        this.client = system.client();
    }

    /** The number of slots per worker; all together they are as many as the others' threads. */
    public static int slots() {
        return THREADS / WORKERS;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void open(int count, IntConsumer ended) throws Exception {
        system.start(WORKERS);
        var archive = system.directory().resolve("smallest.tar");
        SourceImage.writeSmallest(archive);
        templates = Templates.make(client, SourceImage.register(system, archive), Templates.NOTHING, count);
        ends = new EndedExecutions(
                system.database(), EndedExecutions.SELDOM, execution -> ended.accept(key(execution)));
    }

    private int key(String execution) {
        var key = keys.remove(execution);
        if (key == null) {
            throw new IllegalStateException("execution " + execution + " ended and was not started here");
        }
        return key;
    }

    @Override
    public void submit(int key) throws IOException {
        var ending = ends;
        if (ending == null) {
            throw new IllegalStateException("not open");
        }
        var execution = Templates.start(client, templates.get(key));
        keys.put(execution, key);
        ending.await(execution);
    }

    @Override
    public void close() {
        if (ends != null) {
            ends.close();
        }
        system.close();
    }
}
