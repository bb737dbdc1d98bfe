package dev.kiln.database;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Batches the questions of several threads. While one question is under way others gather; one of the waiting threads
 * then asks all of them together. There is no thread of its own, and no waiting for more questions to come.
 *
 * @param <Q> what one thread asks
 * @param <A> the answer
 */
public final class Gathered<Q, A> {

    // Bounds the statement; beyond this size batching saves little more.
    private static final int MOST = 64;

    private final Function<List<Q>, List<A>> together;
    private final Queue<Asked<Q, A>> waiting = new ArrayDeque<>();
    private boolean underWay;

    /** @param together answers several questions, in their order; when it fails, it has failed for all of them */
    public Gathered(Function<List<Q>, List<A>> together) {
        this.together = together;
    }

    /**
     * One thread's question. Its turn completes when it is answered, or when its thread has to ask for all that wait.
     */
    private static final class Asked<Q, A> {

        private final Q question;
        private final CompletableFuture<Boolean> turn = new CompletableFuture<>();
        private @Nullable A answer;

        private Asked(Q question) {
            this.question = question;
        }

        private void answer(A given) {
            answer = given;
            turn.complete(true);
        }
    }

    /** The answer to the question; the batch that answers it began after this call. */
    public A ask(Q question) {
        var mine = new Asked<Q, A>(question);
        if (isFirst(mine) || !isAnswered(mine)) {
            askForAll();
        }
        return Objects.requireNonNull(mine.answer);
    }

    private synchronized boolean isFirst(Asked<Q, A> mine) {
        waiting.add(mine);
        var first = !underWay;
        underWay = true;
        return first;
    }

    private boolean isAnswered(Asked<Q, A> mine) {
        try {
            return mine.turn.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** Called only by the thread whose question is first in the queue. */
    private void askForAll() {
        var asked = take();
        try {
            var answers =
                    together.apply(asked.stream().map(each -> each.question).toList());
            for (var at = 0; at < asked.size(); at++) {
                asked.get(at).answer(answers.get(at));
            }
        } catch (RuntimeException | Error e) {
            asked.forEach(each -> each.turn.completeExceptionally(e));
            throw e;
        } finally {
            next();
        }
    }

    private synchronized List<Asked<Q, A>> take() {
        var taken = new ArrayList<Asked<Q, A>>();
        while (!waiting.isEmpty() && taken.size() < MOST) {
            taken.add(waiting.remove());
        }
        return taken;
    }

    private synchronized void next() {
        var next = waiting.peek();
        underWay = next != null;
        if (next != null) {
            next.turn.complete(false);
        }
    }
}
