package dev.kiln.faults.load;

import dev.kiln.cli.ApiException;
import dev.kiln.cli.SignedClient;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;

/** Calls the API as a client should: with a timeout, and with retries at another API when there is no answer. */
public final class GoodClient {

    private static final long ANSWER_SECONDS = 12;
    private static final long PATIENCE_SECONDS = 120;
    private static final long PAUSE_MILLIS = 300;

    private static final ExecutorService CALLS = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "call");
        thread.setDaemon(true);
        return thread;
    });

    private final List<SignedClient> apis;
    private int next;

    /** @param first index of the API to call first */
    public GoodClient(List<SignedClient> apis, int first) {
        this.apis = List.copyOf(apis);
        this.next = first;
    }

    /** A request to one API. */
    @FunctionalInterface
    interface Call {
        JsonNode to(SignedClient api) throws IOException;
    }

    /** A repeated call was refused: an earlier try may still arrive and do what this one was refused. */
    static final class LateRefusalException extends IOException {
        private static final long serialVersionUID = 1;

        private final transient ApiException refusal;

        LateRefusalException(ApiException refusal) {
            super(refusal);
            this.refusal = refusal;
        }

        String code() {
            return refusal.code();
        }
    }

    /** No API answered, although the call was repeated for a long time. */
    static final class UnansweredException extends IOException {
        private static final long serialVersionUID = 1;

        UnansweredException(String message) {
            super(message);
        }
    }

    /**
     * The answer of the first API that answers.
     *
     * @throws ApiException when the first try is refused; a repetition would not change that
     * @throws LateRefusalException when a later try is refused
     */
    JsonNode call(Call call) throws IOException, InterruptedException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (var tries = 0; ; tries++) {
            var api = apis.get(Math.floorMod(next, apis.size()));
            try {
                return bounded(() -> call.to(api));
            } catch (ApiException e) {
                if (e.status() < 500) {
                    throw tries > 0 ? new LateRefusalException(e) : e;
                }
            } catch (IOException e) {
                // The request may or may not have arrived.
            }
            if (System.nanoTime() > end) {
                throw new UnansweredException("no answer in " + tries + " tries");
            }
            next++;
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }

    private static JsonNode bounded(Callable<JsonNode> call) throws IOException, InterruptedException {
        var answer = CALLS.submit(call);
        try {
            return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + ANSWER_SECONDS + " s", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        } finally {
            answer.cancel(true);
        }
    }
}
