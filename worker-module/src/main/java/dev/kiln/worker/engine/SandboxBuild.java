package dev.kiln.worker.engine;

import com.github.luben.zstd.ZstdOutputStream;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.image.packages.PackageDatabases;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One running build or test: its commands, one after the other, in sandboxes over one scratch copy of the image. */
final class SandboxBuild implements AutoCloseable {

    private final EngineSettings settings;
    private final SandboxCommands commands;
    private final BuildRequest request;
    private final BuildOutput output;
    private final Scratch scratch;
    private final Limits limits;
    private final LayerArchive layers;
    private final ImageCommands inImage;
    private final BuildState state;
    private final CommandRuns runs;
    private Optional<ReusedSteps> reused;
    private boolean ranNone;

    SandboxBuild(
            EngineSettings settings,
            SandboxCommands commands,
            BuildRequest request,
            BuildOutput output,
            Scratch scratch,
            StepCache cache)
            throws BuildFailedException {
        this.settings = settings;
        this.commands = commands;
        this.request = request;
        this.output = output;
        this.scratch = scratch;
        this.limits = new Limits(settings, scratch);
        this.layers = new LayerArchive(commands, scratch, limits);
        this.inImage = new ImageCommands(settings, commands, output, scratch, limits);
        this.state = BuildState.of(request);
        this.runs = new CommandRuns(settings, request, scratch, inImage, state);
        this.reused = request.reuse()
                .filter(any -> !leavesFilesAlone())
                .map(reuse -> new ReusedSteps(cache, request, reuse, scratch.directory(), limits, settings));
        if (!leavesFilesAlone() && reused.isEmpty()) {
            inImage.prepare();
        }
    }

    /** Whether the image's files will be those of the base image. */
    private boolean leavesFilesAlone() {
        return request.commands().stream().allMatch(CommandRuns::isDeclaration)
                && (request.commands().isEmpty() || state.directory().equals("/"));
    }

    /** Runs the commands after the kept ones and packs the result; a failure says which command failed and how. */
    BuildEngine.BuiltImage build(StepJournal journal, UnpackedImages.Lease base)
            throws BuildFailedException, IOException, InterruptedException {
        boolean disk = request.makesDisk();
        if (disk) {
            BootableDisk.requireKernel(base.directory().resolve("root"));
        }
        request.requirePossible();
        try (var keeping = new StepKeeping(settings.stepTime())) {
            try {
                run(journal, keeping, true);
                output.phase(disk ? "making a disk of the image" : "packing the image");
                var built = pack(base, journal, keeping);
                keeping.await();
                if (reused.isPresent() && !built.form().isDisk()) {
                    reused.get().keepPacked(settings.compression(), built);
                }
                return built;
            } catch (BuildFailedException | IOException | InterruptedException | RuntimeException e) {
                keeping.throwFailure();
                throw e;
            }
        }
    }

    /** Runs all commands. */
    void test() throws BuildFailedException, IOException, InterruptedException {
        try (var keeping = new StepKeeping(settings.stepTime())) {
            run(StepJournal.NONE, keeping, false);
        }
    }

    private void run(StepJournal journal, StepKeeping keeping, boolean packs)
            throws BuildFailedException, IOException, InterruptedException {
        int kept = goOnAfter(StepJournal.usable(journal.kept(), request.commands()));
        if (kept == 0 && reused.isPresent()) {
            kept = takeReused(reused.get());
            ranNone = kept == request.commands().size();
            if (!ranNone) {
                unpack(reused.get(), journal, keeping);
            }
        } else {
            reused = Optional.empty();
        }
        inImage.plan(packs || needsSandbox(kept + 1));
        boolean entered = reused.isPresent() && reused.get().hasLayers();
        if (scratch.layers().top() == 1 && !entered) {
            enterDirectory();
        }
        for (int number = kept + 1; number <= request.commands().size(); number++) {
            inImage.plan(packs || needsSandbox(number + 1));
            runInTime(number, journal, keeping);
            if (journal.handsOver()) {
                keeping.await();
                // Steps that could not be kept would be lost if the build stopped here.
                if (journal.handsOver()) {
                    throw new InterruptedException("this worker was asked to stop, another goes on from here");
                }
            }
        }
    }

    private boolean needsSandbox(int from) {
        return request.commands().stream().skip(from - 1L).anyMatch(command -> !CommandRuns.isDeclaration(command));
    }

    private void runInTime(int number, StepJournal journal, StepKeeping keeping)
            throws BuildFailedException, IOException, InterruptedException {
        var time = new StepTime(settings.stepTime());
        try (time) {
            run(number, journal, keeping);
        } catch (IOException | InterruptedException | RuntimeException e) {
            if (!time.isOver()) {
                throw e;
            }
        }
        // An interrupt shows in many ways, or in none if nothing was waiting.
        if (time.isOver()) {
            throw time.exceeded(step(number));
        }
    }

    private void run(int number, StepJournal journal, StepKeeping keeping)
            throws BuildFailedException, IOException, InterruptedException {
        int total = request.commands().size();
        var command = request.commands().get(number - 1);
        output.stepStarted(number, total, command.text());
        long begin = System.nanoTime();
        try {
            var inputs = reused.isPresent() ? runs.inputs(command, step(number)) : Optional.<Fingerprint>empty();
            scratch.usage().packedNext(journal != StepJournal.NONE && CommandRuns.writes(command));
            var stdout = runs.execute(command, step(number));
            stdout.ifPresent(text -> runs.remember(number, text));
            limits.checkDisk();
            var took = Duration.ofNanos(System.nanoTime() - begin);
            output.stepFinished(number, total, took);
            if (journal != StepJournal.NONE && !CommandRuns.isDeclaration(command)) {
                keep(new StepJournal.EndedStep(number, 0, Optional.empty(), stdout), inputs, took, journal, keeping);
            }
        } catch (Stopped e) {
            keeping.await(); // the step before may be what exceeds the limit
            throw new BuildFailedException(e.reason().code(), step(number) + ": " + e.getMessage());
        } catch (BuildFailedException e) {
            keeping.await();
            journal.ended(new StepJournal.EndedStep(number, e.exitCode(), Optional.empty(), Optional.empty()));
            throw e;
        }
    }

    /** Keeps the step while the next one runs; or before it, when the next one may change what is to be kept. */
    private void keep(
            StepJournal.EndedStep step,
            Optional<Fingerprint> inputs,
            Duration took,
            StepJournal journal,
            StepKeeping keeping)
            throws BuildFailedException, IOException, InterruptedException {
        var command = request.commands().get(step.number() - 1);
        if (!CommandRuns.writes(command)) {
            keeping.begin(step(step.number()), took, () -> {
                if (CommandRuns.hasResult(command)) {
                    journal.ended(step);
                }
                remember(inputs, step);
            });
            return;
        }
        int layer = scratch.layers().top();
        var empty = scratch.emptyTmp();
        StepKeeping.Work work = () -> {
            var packed = pack(step, layer, empty.orElse(scratch.tmp()));
            journal.ended(step.with(packed));
            remember(inputs, step.with(packed));
            Files.delete(packed.file());
        };
        if (empty.isEmpty() || !scratch.layers().topSettles()) {
            keeping.begin(step(step.number()), took, work);
            keeping.await();
        } else {
            keeping.beginBehindNext(needsSandbox(step.number() + 1), step(step.number()), took, work);
        }
        scratch.layers().push();
    }

    private StepJournal.LayerFile pack(StepJournal.EndedStep step, int layer, Path tmp)
            throws BuildFailedException, IOException, InterruptedException {
        try {
            return layers.pack(layer, tmp);
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), step(step.number()) + ": " + e.getMessage());
        }
    }

    private void remember(Optional<Fingerprint> inputs, StepJournal.EndedStep step)
            throws IOException, InterruptedException {
        if (reused.isPresent()) {
            reused.get().add(inputs, step.layer(), step.stdout());
        }
    }

    /** Takes steps that earlier builds have run, without their files; returns the number of the last one. */
    private int takeReused(ReusedSteps steps) throws BuildFailedException, IOException, InterruptedException {
        int total = request.commands().size();
        for (int number = 1; number <= total; number++) {
            var command = request.commands().get(number - 1);
            var inputs = runs.inputs(command, step(number));
            boolean declares = CommandRuns.isDeclaration(command);
            if (!declares && inputs.isEmpty()) {
                return number - 1;
            }
            var entry = declares ? Optional.<StepCache.Entry>empty() : take(steps, number, inputs.get());
            if (!declares && entry.isEmpty()) {
                return number - 1;
            }
            output.stepStarted(number, total, command.text());
            runs.declare(command, step(number));
            int step = number;
            entry.flatMap(StepCache.Entry::stdout).ifPresent(text -> runs.remember(step, text));
            entry.ifPresentOrElse(
                    found -> output.stepReused(step, total, found.made().toString()),
                    () -> output.stepFinished(step, total, Duration.ZERO));
        }
        return total;
    }

    private static Optional<StepCache.Entry> take(ReusedSteps steps, int number, Fingerprint inputs)
            throws IOException, InterruptedException {
        var entry = steps.take(number, inputs);
        return entry.isEmpty() && steps.awaitTurn(number, inputs) ? steps.take(number, inputs) : entry;
    }

    /** Makes the files of the taken steps the build's lower layers; they are kept like those of steps it runs. */
    private void unpack(ReusedSteps steps, StepJournal journal, StepKeeping keeping)
            throws BuildFailedException, IOException, InterruptedException {
        var stack = new ArrayList<StepJournal.KeptStep>();
        for (var taken : steps.taken()) {
            var entry = taken.entry();
            var ended = new StepJournal.EndedStep(taken.number(), 0, entry.layer(), entry.stdout());
            if (CommandRuns.hasResult(request.commands().get(taken.number() - 1))) {
                keeping.begin(step(taken.number()), Duration.ZERO, () -> journal.ended(ended));
            }
            stack.add(new StepJournal.KeptStep(
                    taken.number(), entry.layer().map(StepJournal.LayerFile::kept), entry.stdout()));
        }
        try {
            unpack(StepJournal.layers(stack));
        } catch (KeptStepsLostException e) {
            steps.forget();
            throw e;
        }
    }

    /** Unpacks the layers of the kept steps and applies the declarations up to the last; returns its number. */
    private int goOnAfter(List<StepJournal.KeptStep> kept)
            throws BuildFailedException, IOException, InterruptedException {
        if (kept.isEmpty()) {
            return 0;
        }
        int last = kept.get(kept.size() - 1).number();
        output.phase(last + " of " + request.commands().size() + " steps are kept from an earlier attempt");
        for (var step : kept) {
            if (step.stdout().isEmpty()
                    && CommandRuns.isCaptured(request.commands().get(step.number() - 1))) {
                throw new KeptStepsLostException(
                        new IOException("the output of step " + step.number() + " is missing"));
            }
        }
        unpack(StepJournal.layers(kept));
        for (int number = 1; number <= last; number++) {
            runs.declare(request.commands().get(number - 1), step(number));
        }
        kept.forEach(step -> step.stdout().ifPresent(text -> runs.remember(step.number(), text)));
        return last;
    }

    private void unpack(List<StepJournal.KeptLayer> stack)
            throws BuildFailedException, IOException, InterruptedException {
        try {
            for (var layer : stack) {
                layers.unpack(layer, layer.equals(stack.get(stack.size() - 1)));
            }
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), "taking the kept steps: " + e.getMessage());
        } catch (InterruptedIOException | ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            limits.checkReserve(); // of what this machine has no space for, nothing is lost
            throw new KeptStepsLostException(e);
        }
    }

    private String step(int number) {
        return request.step(number);
    }

    private void enterDirectory() throws BuildFailedException, IOException, InterruptedException {
        if (state.directory().equals("/") || request.commands().isEmpty()) {
            return;
        }
        try {
            runs.makeDirectory(state.directory(), "the base image's working directory");
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), String.valueOf(e.getMessage()));
        }
    }

    /** Packs the image as it is now, with no times but those of the base image, so equal builds give equal bytes. */
    private BuildEngine.BuiltImage pack(UnpackedImages.Lease base, StepJournal journal, StepKeeping keeping)
            throws BuildFailedException, IOException, InterruptedException {
        if (request.makesDisk() || base.disk().isPresent()) {
            return packDisk(base, journal, keeping);
        }
        var file = scratch.directory().resolve("image.tar.zst");
        var before = packedBefore(base, file);
        if (before.isEmpty() && reused.isPresent() && scratch.layers().top() == 1) {
            unpack(reused.get(), journal, keeping);
        }
        var packed = before.isPresent() ? before.get() : pack(file, base.newest());
        if (before.isEmpty() && leavesFilesAlone()) {
            base.keepPacked(settings.compression(), file, packed);
        }
        return new BuildEngine.BuiltImage(
                file, Files.size(file), packed.digest(), ImageForm.ARCHIVE, state.metadata(), packed.packages());
    }

    private BuildEngine.BuiltImage packDisk(UnpackedImages.Lease base, StepJournal journal, StepKeeping keeping)
            throws BuildFailedException, IOException, InterruptedException {
        if (reused.isPresent() && scratch.layers().top() == 1) {
            unpack(reused.get(), journal, keeping);
        }
        if (!request.sysprep().isEmpty()) {
            output.phase("taking away what belongs to one machine");
            inImage.plan(false);
            runs.prepareSystem();
        }
        return new DiskResult(commands, request, output, scratch, limits).of(base, inImage, state.metadata());
    }

    /** What the image is in packed form, if that is known; then it is the file. */
    private Optional<PackedForms.Packed> packedBefore(UnpackedImages.Lease base, Path file) throws IOException {
        if (leavesFilesAlone()) {
            return base.packed(settings.compression(), file);
        }
        // When the build ran steps, its layers are not known until they are kept.
        return ranNone ? reused.get().packed(settings.compression(), file) : Optional.empty();
    }

    private PackedForms.Packed pack(Path file, long newest)
            throws BuildFailedException, IOException, InterruptedException {
        var packages = new PackageDatabases();
        var computation = Digest.computation();
        try (var raw = Files.newOutputStream(file);
                var out = new ZstdOutputStream(new DigestOutputStream(raw, computation), settings.compression())) {
            inImage.plan(false);
            inImage.pack(
                    (bytes, length) -> {
                        packages.take(bytes, length);
                        out.write(bytes, 0, length);
                    },
                    newest);
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), "packing the image: " + e.getMessage());
        }
        return new PackedForms.Packed(Digest.of(computation), new InstalledPackages(inImage, output).in(packages));
    }

    @Override
    public void close() throws IOException {
        inImage.close();
        if (reused.isPresent()) {
            reused.get().close();
        }
    }
}
