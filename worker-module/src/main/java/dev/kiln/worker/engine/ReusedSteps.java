package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.template.BuildCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one build takes from the step cache, and adds to it. A step is known by all that was below it, the base image
 * and the very bytes of each layer, and by all that its command depends on: whatever differs, differs from there on.
 */
final class ReusedSteps implements AutoCloseable {

    private final StepCache cache;
    private final BuildRequest request;
    private final BuildRequest.Reuse reuse;
    private final Path scratch;
    private final List<Taken> taken = new ArrayList<>();
    private String below;
    private StepCache.@Nullable Turn turn;
    private boolean known = true;

    ReusedSteps(StepCache cache, BuildRequest request, BuildRequest.Reuse reuse, Path scratch) {
        this.cache = cache;
        this.request = request;
        this.reuse = reuse;
        this.scratch = scratch;
        this.below = new Fingerprint()
                .add("steps-1") // to be counted up when anything changes in how commands are run
                .add(reuse.owner())
                .add(request.base().digest().value())
                .add(Boolean.toString(request.network()))
                .add(Long.toString(request.diskBytes()))
                .hex();
    }

    /** A step that was taken. */
    record Taken(int number, StepCache.Entry entry) {}

    /** The step, if it was run before; else this build has to run it and all that come after it. */
    Optional<StepCache.Entry> take(int number, Fingerprint inputs) throws IOException {
        int layer = (int) Math.min(layers() + 1, Layers.MOST);
        var found = cache.find(key(inputs), reuse.maximalAge(), scratch.resolve("cached-" + number), layer);
        found.ifPresent(entry -> {
            taken.add(new Taken(number, entry));
            settle(entry.layer());
        });
        return found;
    }

    private long layers() {
        return taken.stream().filter(each -> each.entry().layer().isPresent()).count();
    }

    /** Whether any step that was taken has written something. */
    boolean hasLayers() {
        return layers() > 0;
    }

    /** All that were taken. */
    List<Taken> taken() {
        return taken;
    }

    /**
     * Waits until nobody runs the same steps from this one on; true when somebody may have just done that, false when
     * it was asked for before.
     */
    boolean awaitTurn(int number, Fingerprint inputs) throws IOException, InterruptedException {
        if (turn != null) {
            return false;
        }
        var rest = request.commands().stream()
                .skip(number)
                .map(BuildCommand::toString)
                .toList();
        turn = cache.turn(new Fingerprint().add(key(inputs)).add(rest).hex());
        return true;
    }

    private String key(Fingerprint inputs) {
        return new Fingerprint().add(below).add(inputs.hex()).hex();
    }

    private void settle(Optional<StepJournal.LayerFile> layer) {
        layer.ifPresent(file ->
                below = new Fingerprint().add(below).add(file.digest().value()).hex());
    }

    /** Adds a step that was run and kept; from one on whose inputs nobody knows, nothing more is added. */
    void add(Optional<Fingerprint> inputs, Optional<StepJournal.LayerFile> layer, Optional<String> stdout)
            throws IOException {
        known = known && inputs.isPresent();
        if (known) {
            cache.add(key(inputs.orElseThrow()), layer, stdout);
            settle(layer);
        }
    }

    /** Makes the file the packed image, if one with these layers was packed before; gives its digest. */
    Optional<Digest> packed(int compression, Path file) throws IOException {
        return known ? cache.packed(packedKey(), compression, file) : Optional.empty();
    }

    /** Keeps the packed image for builds with the same layers. */
    void keepPacked(int compression, Path file, Digest digest) throws IOException {
        if (known) {
            cache.addPacked(packedKey(), compression, file, digest);
        }
    }

    private String packedKey() {
        return new Fingerprint().add(below).add("packed").hex();
    }

    /** Removes what was taken: it cannot be used. */
    void forget() throws IOException {
        for (var each : taken) {
            cache.remove(each.entry().directory());
        }
    }

    @Override
    public void close() throws IOException {
        if (turn != null) {
            turn.close();
            turn = null;
            cache.evict();
        }
    }
}
