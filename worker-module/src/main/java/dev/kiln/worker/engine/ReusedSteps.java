package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.region.DigestMismatchException;
import dev.kiln.template.BuildCommand;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one build takes from the step cache and adds to it. A step's key covers everything below it, that is the base
 * image and the exact bytes of each layer, and everything that its command depends on: after a difference, all later
 * keys differ too.
 */
final class ReusedSteps implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReusedSteps.class);

    private final StepCache cache;
    private final BuildRequest request;
    private final BuildRequest.Reuse reuse;
    private final Path scratch;
    private final Limits limits;
    private final List<Taken> taken = new ArrayList<>();
    private String below;
    private StepCache.@Nullable Turn turn;
    private boolean known = true;

    /**
     * @param limits what this machine keeps free
     * @param settings say what commands may ask of the kernel, which some try
     */
    ReusedSteps(
            StepCache cache,
            BuildRequest request,
            BuildRequest.Reuse reuse,
            Path scratch,
            Limits limits,
            EngineSettings settings) {
        this.limits = limits;
        this.cache = cache;
        this.request = request;
        this.reuse = reuse;
        this.scratch = scratch;
        this.below = new Fingerprint()
                .add("steps-3") // count this up when anything changes in how commands are run
                .add(cache.form())
                .add(reuse.owner())
                .add(request.base().digest().value())
                .add(Boolean.toString(request.network()))
                .add(Boolean.toString(settings.userNamespaces()))
                .add(Boolean.toString(settings.i386Sockets()))
                .add(Long.toString(request.diskBytes()))
                .hex();
    }

    /** A step that was taken from the cache. */
    record Taken(int number, StepCache.Entry entry) {}

    /** The step, if it was run before; otherwise this build has to run it and all steps after it. */
    Optional<StepCache.Entry> take(int number, Fingerprint inputs) throws IOException {
        var found = find(number, key(inputs));
        found.ifPresent(entry -> {
            taken.add(new Taken(number, entry));
            settle(entry.layer());
        });
        return found;
    }

    /** From this machine, or else from other machines through this machine's cache. */
    private Optional<StepCache.Entry> find(int number, String key) throws IOException {
        var file = scratch.resolve("cached-" + number);
        int layer = (int) Math.min(layers() + 1, Layers.MOST);
        var here = cached(number, key, file, layer);
        if (here.isPresent()) {
            return here;
        }
        var elsewhere = reuse.shared().find(key, reuse.maximalAge());
        return elsewhere.isPresent() && fetch(key, elsewhere.get(), scratch.resolve("shared-" + number))
                ? cached(number, key, file, layer)
                : Optional.empty();
    }

    /** An entry that lacks what its command must have left does not count, and the command is run again. */
    private Optional<StepCache.Entry> cached(int number, String key, Path file, int layer) throws IOException {
        var found = cache.find(key, reuse.maximalAge(), file, layer);
        var command = request.commands().get(number - 1);
        var whole = found.filter(entry -> entry.layer().isPresent() || !CommandRuns.writes(command))
                .filter(entry -> entry.stdout().isPresent() || !CommandRuns.isCaptured(command));
        if (whole.isEmpty()) {
            Files.deleteIfExists(file);
        }
        return whole;
    }

    /** Adds the step to this machine's cache; false when it cannot be read, and then no build tries it again. */
    private boolean fetch(String key, SharedSteps.Step step, Path file) throws IOException {
        try {
            var layer = Optional.<StepJournal.LayerFile>empty();
            if (step.layer().isPresent()) {
                layer = Optional.of(download(step.layer().get(), file));
            }
            cache.add(key, step.made(), layer, step.stdout());
            return true;
        } catch (DigestMismatchException | FileNotFoundException e) {
            LOG.warn("a shared step is of no use: {}", e.toString());
            reuse.shared().remove(key);
            return false;
        } catch (InterruptedIOException | ClosedByInterruptException | NoRoomException e) {
            throw e;
        } catch (IOException e) {
            LOG.warn("a shared step cannot be taken now: {}", e.toString());
            return false;
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private StepJournal.LayerFile download(SharedSteps.Layer layer, Path file) throws IOException {
        var computation = Digest.computation();
        try (var in = new DigestInputStream(layer.archive().open(0), computation);
                var out = Files.newOutputStream(file)) {
            var buffer = new byte[1 << 18];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                limits.checkReserve();
                out.write(buffer, 0, count);
            }
        }
        var digest = Digest.of(computation);
        if (!digest.equals(layer.digest())) {
            throw new DigestMismatchException("the layer of a step", layer.digest(), digest);
        }
        return new StepJournal.LayerFile(1, file, Files.size(file), digest);
    }

    private long layers() {
        return taken.stream().filter(each -> each.entry().layer().isPresent()).count();
    }

    /** Whether any of the taken steps wrote something. */
    boolean hasLayers() {
        return layers() > 0;
    }

    /** All steps that were taken. */
    List<Taken> taken() {
        return taken;
    }

    /**
     * Waits until no other build runs the same steps from this one on; true when another may have just done so, false
     * when this build already has its turn.
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

    /** Adds a step that was run and kept. After the first step with unknown inputs nothing more is added. */
    void add(Optional<Fingerprint> inputs, Optional<StepJournal.LayerFile> layer, Optional<String> stdout)
            throws IOException, InterruptedException {
        known = known && inputs.isPresent();
        if (known) {
            var key = key(inputs.orElseThrow());
            cache.add(key, Instant.now(), layer, stdout);
            reuse.shared().add(key, layer, stdout);
            settle(layer);
        }
    }

    /** Makes the file the packed image, if one with these layers was packed before. */
    Optional<PackedForms.Packed> packed(int compression, Path file) throws IOException {
        return known ? cache.packed(packedKey(), compression, file) : Optional.empty();
    }

    /** Keeps the packed image for builds with the same layers. */
    void keepPacked(int compression, BuildEngine.BuiltImage built) throws IOException {
        if (known) {
            var packed = new PackedForms.Packed(built.digest(), built.packages());
            cache.addPacked(packedKey(), compression, built.file(), packed);
        }
    }

    private String packedKey() {
        return new Fingerprint().add(below).add("packed").hex();
    }

    /** Removes the taken steps from the cache: they cannot be used. */
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
