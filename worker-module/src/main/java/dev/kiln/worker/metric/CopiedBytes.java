package dev.kiln.worker.metric;

import io.micrometer.core.instrument.Counter;
import java.util.function.LongConsumer;

/** Counts one copy's bytes by its progress: those that were there before, and those that it has sent. */
final class CopiedBytes implements LongConsumer {

    private final Counter kept;
    private final Counter sent;
    private final LongConsumer progress;
    private boolean tellsKept;
    private long last;

    CopiedBytes(Counter kept, Counter sent, boolean tellsKept, LongConsumer progress) {
        this.kept = kept;
        this.sent = sent;
        this.tellsKept = tellsKept;
        this.progress = progress;
    }

    @Override
    public void accept(long done) {
        (tellsKept ? kept : sent).increment((double) Math.max(done - last, 0));
        tellsKept = false;
        last = done;
        progress.accept(done);
    }
}
