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
 * Keeps the results of a build's steps while it runs, so that a later attempt goes on after the last one that was kept.
 * A kept step is never run again, unless what was kept of it cannot be read any more.
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

    /** The steps that ended well before, in order; those whose commands have no result may be missing. */
    List<KeptStep> kept();

    /**
     * A step has ended. When this returns, it is kept. Called for one step after the other, by a thread beside the one
     * that builds.
     */
    void ended(EndedStep step) throws IOException, InterruptedException;

    /** Whether the build is to stop when all steps that have ended are kept: another worker goes on with it. */
    boolean handsOver();

    /** What was kept is of no use: the build begins with the first step. */
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
     * @param index place in the stack of layers, 1 for the lowest; of several with one index the last contains the
     *     others
     */
    record KeptLayer(int index, Digest digest, ByteSource archive) {}

    /**
     * A step that has ended just now.
     *
     * @param exitCode 0 when it ended well; otherwise it has no layer, and the build has failed
     * @param stdout as in {@link KeptStep}
     */
    record EndedStep(int number, int exitCode, Optional<LayerFile> layer, Optional<String> stdout) {

        /** The same, and what it wrote. */
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

    /** The kept steps of these commands up to the first that is missing, if only because its command has no result. */
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

    /** The archive of a layer, a file that lives until {@link #ended} returns. */
    record LayerFile(int index, Path file, long bytes, Digest digest) {

        /** The same as something kept, for as long as the file lives. */
        KeptLayer kept() {
            return new KeptLayer(index, digest, offset -> {
                var in = Files.newInputStream(file);
                in.skipNBytes(offset);
                return in;
            });
        }
    }
}
