package dev.kiln.api.schedule;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What becomes of a run that is due while an execution of its template runs. */
public enum WhileRunning {
    /** It is left out. */
    SKIP,
    /** It starts when the execution has ended; at most one waits. */
    QUEUE;

    /** As it is said and kept. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one that a word means, if it means one. */
    static Optional<WhileRunning> find(String word) {
        return Stream.of(values()).filter(one -> one.word().equals(word)).findFirst();
    }

    static WhileRunning of(String word) {
        return find(word).orElseThrow(() -> new IllegalStateException("no such word: " + word));
    }
}
