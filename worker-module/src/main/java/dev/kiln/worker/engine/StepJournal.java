package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.image.archive.ByteSource;
import dev.kiln.template.BuildCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Keeps the results of a build's steps while it runs, so that a later attempt resumes after the last kept one. A kept
 * step is never run again, unless what was kept of it can no longer be read.
 */
public interface StepJournal {

    /** Keeps nothing: every attempt begins with the first step. */
    StepJournal NONE = new StepJournal() {
        @Override
        public List<KeptStep> kept() {
            return List.of();
        }

        @Override
        public void ended(EndedStep step) {}

        @Override
        public boolean handsOver() {
            return false;
        }

        @Override
        public void forget() {}
    };

    /** The steps that succeeded in earlier attempts, in order; those whose commands have no result may be missing. */
    List<KeptStep> kept();

    /**
     * A step has ended; it is kept when this returns. Called for one step after the other, by another thread than the
     * one that builds.
     */
    void ended(EndedStep step) throws IOException, InterruptedException;

    /** Whether the build is to stop once all ended steps are kept, so that another worker can resume it. */
    boolean handsOver();

    /** The kept steps cannot be used: the build begins again with the first step. */
    void forget() throws IOException;

    /**
     * A step that is kept.
     *
     * @param layer what it wrote, for steps that may write
     * @param stdout what it printed, for steps whose output later ones use
     */
    record KeptStep(int number, Optional<KeptLayer> layer, Optional<String> stdout) {}

    /**
     * What a step wrote.
     *
     * @param index place in the stack of layers, 1 for the lowest; of several with the same index the last contains the
     *     others
     */
    record KeptLayer(int index, Digest digest, ByteSource archive) {}

    /**
     * A step that has just ended.
     *
     * @param exitCode 0 for success; otherwise it has no layer, and the build has failed
     * @param stdout as in {@link KeptStep}
     */
    record EndedStep(int number, int exitCode, Optional<LayerFile> layer, Optional<String> stdout) {

        /** This step with what it wrote. */
        public EndedStep with(LayerFile written) {
            return new EndedStep(number, exitCode, Optional.of(written), stdout);
        }
    }

    /** The stack of layers of kept steps, the lowest first. */
    static List<KeptLayer> layers(List<KeptStep> kept) {
        var stack = new TreeMap<Integer, KeptLayer>();
        for (var step : kept) {
            step.layer().ifPresent(layer -> stack.put(layer.index(), layer));
        }
        return List.copyOf(stack.values());
    }

    /**
     * The kept steps of these commands up to the first that is missing, even if only because its command has no result.
     */
    static List<KeptStep> usable(List<KeptStep> kept, List<BuildCommand> commands) {
        var usable = new ArrayList<KeptStep>();
        int last = 0;
        for (var step : kept) {
            if (commands.subList(last, step.number() - 1).stream().anyMatch(CommandRuns::hasResult)) {
                break;
            }
            usable.add(step);
            last = step.number();
        }
        return usable;
    }

    /** The archive of a layer: a file that exists until {@link #ended} returns. */
    record LayerFile(int index, Path file, long bytes, Digest digest) {

        /** This layer as a kept one; valid as long as the file exists. */
        KeptLayer kept() {
            return new KeptLayer(index, digest, offset -> {
                var in = Files.newInputStream(file);
                in.skipNBytes(offset);
                return in;
            });
        }
    }
}
