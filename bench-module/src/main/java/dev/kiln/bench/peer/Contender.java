package dev.kiln.bench.peer;

import java.io.IOException;
import java.util.function.IntConsumer;

/**
 * Somebody who does executions of three durable steps that do nothing, in {@link #THREADS} threads, in a database of
 * its own. Executions of one key never overlap: whoever measures submits a key's next one after the last has ended, and
 * what a contender offers to enforce it is used besides.
 */
public interface Contender extends AutoCloseable {

    /** How many executions are worked on at the same time, by every contender. */
    int THREADS = 16;

    /** How many connections every contender's pool has: one a thread that works or submits, and a few for who polls. */
    int CONNECTIONS = 2 * THREADS + 8;

    /** As it stands in the tables, with the way in which one at a time per key is arranged. */
    String name();

    /**
     * Starts, and says from then on which key's execution has ended, as soon as that is durable.
     *
     * @param keys that executions are submitted for, 0 to keys - 1
     */
    void open(int keys, IntConsumer ended) throws Exception;

    /** Starts an execution, and returns when it is durable that it will be done. */
    void submit(int key) throws Exception;

    /** Ends, and releases what it holds, but for its database. */
    @Override
    void close() throws IOException;
}
