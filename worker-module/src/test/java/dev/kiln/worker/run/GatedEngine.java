package dev.kiln.worker.run;

import dev.kiln.execution.Ability;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.testing.TestDirectories;
import dev.kiln.worker.disk.DiskNeedsException;
import dev.kiln.worker.engine.BuildEngine;
import dev.kiln.worker.engine.BuildFailedException;
import dev.kiln.worker.engine.BuildOutput;
import dev.kiln.worker.engine.BuildRequest;
import dev.kiln.worker.engine.NoRoomException;
import dev.kiln.worker.engine.PackerArtifact;
import dev.kiln.worker.engine.StepJournal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine whose builds can be held open from outside; it counts what it was asked to do. */
final class GatedEngine implements BuildEngine {

    final AtomicInteger builds = new AtomicInteger();
    final AtomicInteger packed = new AtomicInteger();
    final AtomicInteger interrupted = new AtomicInteger();
    final Set<String> scratch = ConcurrentHashMap.newKeySet();
    final Map<String, ImageForm> tested = new ConcurrentHashMap<>();
    private final Map<String, BuildFailedException> failures = new ConcurrentHashMap<>();
    private final Map<String, BuildFailedException> testFailures = new ConcurrentHashMap<>();
    private volatile List<PackerArtifact> artifacts = List.of();
    private final Map<String, Set<Ability>> needed = new ConcurrentHashMap<>();
    private final Map<String, Set<Ability>> neededToTest = new ConcurrentHashMap<>();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile CountDownLatch testGate = new CountDownLatch(0);
    private volatile boolean deaf;
    private volatile boolean brokenDown;
    private volatile Optional<Runnable> full = Optional.empty();
    private volatile int leastBytes;
    private volatile int printed;

    /** Builds wait from now on until {@link #open()}. */
    void close() {
        gate = new CountDownLatch(1);
    }

    /** Tests wait from now on, builds do not. */
    void closeTests() {
        testGate = new CountDownLatch(1);
    }

    void open() {
        gate.countDown();
        testGate.countDown();
    }

    /** Builds do not react to an interrupt: an engine that hangs. */
    void beDeaf() {
        deaf = true;
    }

    /** Images have at least so many bytes from now on. */
    void buildLarge(int bytes) {
        leastBytes = bytes;
    }

    /** Builds print so many bytes from now on. */
    void print(int bytes) {
        printed = bytes;
    }

    /** The next build of this name finds out that it needs this, when its base image is open. */
    void need(String name, Set<Ability> abilities) {
        needed.put(name, abilities);
    }

    /** The next test of this name does. */
    void needToTest(String name, Set<Ability> abilities) {
        neededToTest.put(name, abilities);
    }

    void fail(String name, BuildFailedException failure) {
        failures.put(name, failure);
    }

    void failTest(String name, BuildFailedException failure) {
        testFailures.put(name, failure);
    }

    /** From now on there is no room for what is built or tested here; the action runs when that shows. */
    void beFull(Runnable action) {
        full = Optional.of(action);
    }

    private void requireRoom(String name) throws NoRoomException {
        if (full.isPresent()) {
            scratch.add(name);
            full.get().run();
            throw new NoRoomException("only 7 bytes are free");
        }
    }

    @Override
    public void check() {}

    @Override
    public BuiltImage build(BuildRequest request, StepJournal journal, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        builds.incrementAndGet();
        scratch.add(request.name());
        output.stepStarted(1, 1, "RUN gate");
        output.output(new byte[printed], printed);
        pass(gate);
        requireRoom(request.name());
        var needs = needed.remove(request.name());
        if (needs != null) {
            throw new DiskNeedsException(needs);
        }
        var failure = failures.get(request.name());
        if (failure != null) {
            throw failure;
        }
        var text = ("built on " + request.base().digest()).getBytes(StandardCharsets.UTF_8);
        var content = Arrays.copyOf(text, Math.max(leastBytes, text.length));
        var computation = Digest.computation();
        computation.update(content);
        var file = Files.write(TestDirectories.create(request.name()).resolve("image"), content);
        var form = request.output().map(kind -> new ImageForm(kind, 1 << 20)).orElse(ImageForm.ARCHIVE);
        return new BuiltImage(
                file,
                content.length,
                Digest.of(computation),
                form,
                request.base().metadata());
    }

    private void pass(CountDownLatch closed) throws InterruptedException {
        while (closed.getCount() > 0) {
            try {
                closed.await();
            } catch (InterruptedException e) {
                interrupted.incrementAndGet();
                if (!deaf) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void test(BuildRequest request, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        tested.put(request.name(), request.base().form());
        pass(testGate);
        requireRoom(request.name());
        var needs = neededToTest.remove(request.name());
        if (needs != null) {
            throw new DiskNeedsException(needs);
        }
        var failure = testFailures.get(request.name());
        if (failure != null) {
            throw failure;
        }
    }

    /** From now on Packer makes these. */
    void makeByPacker(PackerArtifact... made) {
        artifacts = List.of(made);
    }

    @Override
    public List<PackerArtifact> runPacker(BuildRequest request, String file, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        packed.incrementAndGet();
        pass(gate);
        requireRoom(request.name());
        var failure = failures.get(request.name());
        if (failure != null) {
            throw failure;
        }
        return artifacts;
    }

    /** From now on scratch space cannot be given back. */
    void breakDown() {
        brokenDown = true;
    }

    @Override
    public void discard(String name, int attempt) throws IOException {
        if (brokenDown) {
            throw new IOException("the disk is broken");
        }
        scratch.remove(name);
    }
}
