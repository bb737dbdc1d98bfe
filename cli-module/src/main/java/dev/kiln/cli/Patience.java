package dev.kiln.cli;

import java.io.IOException;
import java.time.Duration;

/**
 * Retries questions to a server, and waits for one that is away for a while, for example while it is replaced; not for
 * one that has never answered, as when its address is mistyped.
 */
final class Patience {

    private static final Duration BETWEEN = Duration.ofMillis(500);
    private static final Duration LONGEST_AWAY = Duration.ofMinutes(2);

    private long awaySince;
    private boolean away;
    private boolean answered;

    private Patience(boolean answered) {
        this.answered = answered;
    }

    /** With a server that perhaps has never answered. */
    static Patience ofStranger() {
        return new Patience(false);
    }

    /** With a server that has answered just now, another question for example. */
    static Patience ofKnown() {
        return new Patience(true);
    }

    /** A question to a server. */
    interface Question<T> {
        T ask() throws IOException;
    }

    /** The answer, after as many tries as necessary; a refusal counts as an answer. */
    <T> T answer(Question<T> question) throws IOException {
        while (true) {
            var asked = System.nanoTime();
            try {
                var answer = question.ask();
                answered = true;
                away = false;
                return answer;
            } catch (ApiException e) {
                answered = true;
                if (e.status() < 500) {
                    throw e;
                }
                wait(e, asked);
            } catch (IOException e) {
                wait(e, asked);
            }
        }
    }

    /** @param asked when the question was asked: a server that vanishes says nothing until that is given up */
    private void wait(IOException trouble, long asked) throws IOException {
        if (!away) {
            away = true;
            awaySince = asked;
        }
        if (!answered || System.nanoTime() - awaySince > LONGEST_AWAY.toNanos()) {
            throw trouble;
        }
        pause();
    }

    /** Waits until the next question. */
    void pause() throws IOException {
        try {
            Thread.sleep(BETWEEN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
