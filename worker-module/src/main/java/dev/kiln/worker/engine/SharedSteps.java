package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.image.archive.ByteSource;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Steps that workers of other machines have run, behind the cache of this one. */
public interface SharedSteps {

    /** Workers of other machines are not asked, and told nothing. */
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

    /** What a step wrote; whoever reads it compares it with the digest. */
    record Layer(Digest digest, ByteSource archive) {}

    /** The step with that key, if it was run not longer ago than that. */
    Optional<Step> find(String key, Duration maximalAge);

    /** Tells the others of a step that was just run. That they cannot be told is no failure of the build. */
    void add(String key, Optional<StepJournal.LayerFile> layer, Optional<String> stdout)
            throws IOException, InterruptedException;

    /** Nobody is to take the step: it cannot be read. */
    void remove(String key);
}
