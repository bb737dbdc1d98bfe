package dev.kiln.api.schedule;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What happens to a run that is due while an execution of its template is running. */
public enum WhileRunning {
    /** The run is skipped. */
    SKIP,
    /** The run starts when the execution has ended; at most one run waits. */
    QUEUE;

    /** The word for it in requests and in the database. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The value that a word stands for, if any. */
    static Optional<WhileRunning> find(String word) {
        return Stream.of(values()).filter(one -> one.word().equals(word)).findFirst();
    }

    static WhileRunning of(String word) {
        return find(word).orElseThrow(() -> new IllegalStateException("no such word: " + word));
    }
}
