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

/** Calls the API as one should: with a bound on the wait, and again, elsewhere, when there is no answer. */
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

    /** @param first the API that is asked first */
    public GoodClient(List<SignedClient> apis, int first) {
        this.apis = List.copyOf(apis);
        this.next = first;
    }

    /** A request to one API. */
    @FunctionalInterface
    interface Call {
        JsonNode to(SignedClient api) throws IOException;
    }

    /** A refusal of a repeated call: an earlier try may be heard yet, and do what this one was refused. */
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

    /** No API answered although the call was repeated for long. */
    static final class UnansweredException extends IOException {
        private static final long serialVersionUID = 1;

        UnansweredException(String message) {
            super(message);
        }
    }

    /**
     * The answer of whichever API answers first.
     *
     * @throws ApiException the request is refused at the first try; no repetition would change that
     * @throws LateRefusalException it is refused at a later one
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
                // Nobody knows whether it was heard.
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
