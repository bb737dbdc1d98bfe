package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.image.archive.ByteSource;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Steps that workers on other machines have run, consulted after this machine's own cache. */
public interface SharedSteps {

    /** Shares no steps with other machines. */
    SharedSteps NONE = new SharedSteps() {
        @Override
        public Optional<Step> find(String key, Duration maximalAge) {
            return Optional.empty();
        }

        @Override
        public void add(String key, Optional<StepJournal.LayerFile> layer, Optional<String> stdout) {}

        @Override
        public void remove(String key) {}
    };

    /**
     * A step that was run.
     *
     * @param layer what it wrote, for steps that may write
     * @param stdout what it printed, for steps whose output later ones use
     */
    record Step(Instant made, Optional<Layer> layer, Optional<String> stdout) {}

    /** What a step wrote; the reader verifies it against the digest. */
    record Layer(Digest digest, ByteSource archive) {}

    /** The step with that key, if it was run at most this long ago. */
    Optional<Step> find(String key, Duration maximalAge);

    /** Offers the others a step that was just run. Failing to do so does not fail the build. */
    void add(String key, Optional<StepJournal.LayerFile> layer, Optional<String> stdout)
            throws IOException, InterruptedException;

    /** Withdraws a step that cannot be read, so that no build takes it. */
    void remove(String key);
}
