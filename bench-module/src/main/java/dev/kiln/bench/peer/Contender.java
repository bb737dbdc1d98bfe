package dev.kiln.bench.peer;

import java.io.IOException;
import java.util.function.IntConsumer;

/**
 * A contender that runs executions of three durable steps that do nothing, in {@link #THREADS} threads, in its own
 * database. Executions of one key never overlap: the caller submits a key's next execution after the last has ended,
 * and whatever a contender offers to enforce this is used too.
 */
public interface Contender extends AutoCloseable {

    /** The number of concurrent executions, the same for every contender. */
    int THREADS = 16;

    /** The size of every contender's pool: a connection per working or submitting thread, and a few for polling. */
    int CONNECTIONS = 2 * THREADS + 8;

    /** Its name in the tables, with how it ensures one execution at a time per key. */
    String name();

    /**
     * Starts, and from then on reports the key of each execution as soon as its end is durable.
     *
     * @param keys number of keys; executions are submitted for 0 to keys - 1
     */
    void open(int keys, IntConsumer ended) throws Exception;

    /** Starts an execution; returns when it is durable that it will run. */
    void submit(int key) throws Exception;

    /** Ends, and releases everything except its database. */
    @Override
    void close() throws IOException;
}
