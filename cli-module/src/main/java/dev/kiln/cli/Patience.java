package dev.kiln.cli;

import java.io.IOException;
import java.time.Duration;

/**
 * Asks a server again and again, and bears with one that is away for a while, as when it is replaced; not with one that
 * has never answered, as when its address is mistyped.
 */
final class Patience {

    private static final Duration BETWEEN = Duration.ofMillis(500);
    private static final Duration LONGEST_AWAY = Duration.ofMinutes(2);

    private long awaySince;
    private boolean away;
    private boolean answered;

    /** Something that is asked of a server. */
    interface Question<T> {
        T ask() throws IOException;
    }

    /** The answer, after as many tries as it takes; a refusal is an answer too. */
    <T> T answer(Question<T> question) throws IOException {
        while (true) {
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
                wait(e);
            } catch (IOException e) {
                wait(e);
            }
        }
    }

    private void wait(IOException trouble) throws IOException {
        if (!away) {
            away = true;
            awaySince = System.nanoTime();
        }
        if (!answered || System.nanoTime() - awaySince > LONGEST_AWAY.toNanos()) {
            throw trouble;
        }
        pause();
    }

    /** Until the next question. */
    void pause() throws IOException {
        try {
            Thread.sleep(BETWEEN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
