package dev.kiln.worker.engine;

import dev.kiln.worker.machine.MachineSettings;
import dev.kiln.worker.secret.Secrets;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds in sandboxes that bubblewrap makes over an overlay of the unpacked base image. Works as root, and as an
 * ordinary user that has sub-ids; never without a sandbox.
 */
public final class SandboxBuildEngine implements BuildEngine {

    private static final Logger LOG = LoggerFactory.getLogger(SandboxBuildEngine.class);

    private static final Pattern GROUP = Pattern.compile("(.+)-" + RunName.FORM);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,99}");

    private final EngineSettings settings;
    private final MachineSettings machines;
    private final SandboxCheck sandbox;
    private final Reachable reachable;
    private final SandboxCommands commands;
    private final TreeRemoval removal;
    private final UnpackedImages bases;
    private final StepCache steps;
    private final Path builds;
    private final EnginePlace place;
    private final Reserve reserve;

    /** Runs of this engine that still have files, but no processes and control groups. */
    private final Set<Path> ended = ConcurrentHashMap.newKeySet();

    /** With the default settings for machines. */
    public SandboxBuildEngine(EngineSettings settings) {
        this(settings, MachineSettings.DEFAULTS);
    }

    public SandboxBuildEngine(EngineSettings settings, MachineSettings machines) {
        this.settings = settings;
        this.machines = machines;
        var directory = settings.directory().toAbsolutePath();
        boolean mapped = SandboxCheck.isMapped(settings);
        this.reachable = new Reachable(settings);
        this.commands = new SandboxCommands(settings, mapped, SandboxCheck.busybox());
        this.sandbox = new SandboxCheck(mapped, commands, settings);
        this.removal = new TreeRemoval(commands);
        this.builds = directory.resolve("builds");
        this.place = new EnginePlace(directory);
        this.reserve = new Reserve(settings, directory);
        this.steps = new StepCache(
                directory.resolve(mapped ? "steps-user" : "steps-root"),
                settings.cache().toBytes(),
                removal);
        this.bases = new UnpackedImages(
                directory.resolve(mapped ? "bases-user" : "bases-root"),
                settings.cache().toBytes(),
                new ImageUnpacking(commands, () -> abilities().able()),
                removal);
    }

    @Override
    public void check() throws SandboxUnavailableException {
        // Not the process id: workers in containers can share the directory and all have the same one.
        var name = "check-" + UUID.randomUUID();
        try {
            var lock = ScratchLock.enter(builds.resolve(name));
            try {
                var run = RunName.of("test", 0);
                sandbox.check(builds.resolve(name).resolve(run), group(name, run));
            } finally {
                discard(name);
                lock.leave();
            }
        } catch (IOException e) {
            throw sandbox.unavailable(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw sandbox.unavailable("interrupted");
        }
    }

    /** The abilities for builds and tests of this engine, on this machine as it is now. */
    public Abilities abilities() {
        return new AbilityCheck(SandboxCheck.isMapped(settings), machines, settings).find();
    }

    /** What this machine lacks to build anything now, as a sentence for the operator; empty when there is enough. */
    public Optional<String> lacksRoom() {
        return reserve.missingIfKnown();
    }

    /** The place where builds of this engine leave their files. */
    public EnginePlace place() {
        return place;
    }

    @Override
    public BuiltImage build(BuildRequest request, StepJournal journal, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        var built = withoutSecrets(request, output, masked -> {
            var job = new Job(request, "build", true, scratch -> runOnBase(request, journal, masked, scratch));
            try {
                return run(job);
            } catch (KeptStepsLostException e) {
                LOG.warn("{} begins with the first step", request.name(), e);
                masked.phase("the steps that were kept cannot be read: beginning with the first");
                journal.forget();
                return run(job);
            }
        });
        return built.orElseThrow();
    }

    /** Runs a build or test that writes to the given output. */
    private interface Run {
        Optional<BuiltImage> run(BuildOutput output) throws BuildFailedException, IOException, InterruptedException;
    }

    /** Masks the run's secrets in its output and in what it throws. */
    private static Optional<BuiltImage> withoutSecrets(BuildRequest request, BuildOutput output, Run run)
            throws BuildFailedException, IOException, InterruptedException {
        var secrets = Secrets.of(request.parameters().secrets());
        if (secrets.isEmpty()) {
            return run.run(output);
        }
        try (var masked = new MaskedOutput(output, secrets)) {
            return run.run(masked);
        } catch (BuildFailedException e) {
            throw new BuildFailedException(e.code(), secrets.masked(e.getMessage()), e.exitCode());
        } catch (InterruptedIOException | ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            // Without the cause, whose message may contain the secret too.
            var words = e.toString();
            throw secrets.areIn(words + e.getCause()) ? NoRoomException.inWords(e, secrets.masked(words)) : e;
        }
    }

    @Override
    public void test(BuildRequest request, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        withoutSecrets(
                request,
                output,
                masked -> run(new Job(request, "test", false, scratch -> {
                    if (request.base().form().isDisk()) {
                        new MachineTest(settings, machines, commands, request, masked, scratch).run();
                        return Optional.empty();
                    }
                    return testOnBase(request, masked, scratch);
                })));
    }

    @Override
    public List<PackerArtifact> runPacker(BuildRequest request, String file, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        var made = new ArrayList<PackerArtifact>();
        withoutSecrets(request, output, masked -> {
            var job = new Job(request, "packer", false, scratch -> {
                made.addAll(new PackerRun(settings, commands, request, masked, scratch).run(file));
                return Optional.empty();
            });
            return run(job);
        });
        return List.copyOf(made);
    }

    @Override
    public void discard(String name, int attempt) throws IOException {
        // A run's directory exists as long as anything of the run does.
        if (Files.isDirectory(directory(name))) {
            discardRuns(name, run -> RunName.isUpTo(attempt, run));
            if (runs(directory(name)).isEmpty()) {
                ScratchLock.removeFrom(builds.resolve(name));
            }
        }
    }

    @Override
    public void forget(BuiltImage image) throws IOException {
        steps.forgetPacked(image.digest());
        bases.forgetPacked(image.digest());
    }

    /**
     * Names of builds of which there is anything in this place, if only a directory with nothing but its lock in it.
     */
    public Set<String> found() throws IOException {
        var names = new TreeSet<>(traces());
        if (Files.isDirectory(builds)) {
            try (var directories = Files.list(builds)) {
                directories.forEach(each -> names.add(each.getFileName().toString()));
            }
        }
        names.removeIf(name -> !NAME.matcher(name).matches());
        return names;
    }

    /** Names of builds that left files, processes or control groups; a lock by itself may be another reaper's. */
    public Set<String> traces() throws IOException {
        var names = new TreeSet<>(LeftProcesses.names(builds));
        for (var group : ControlGroup.left(place.id() + "-")) {
            var parts = GROUP.matcher(group);
            if (parts.matches()) {
                names.add(parts.group(1));
            }
        }
        if (Files.isDirectory(builds)) {
            try (var directories = Files.list(builds)) {
                directories
                        .filter(each -> !runs(each).isEmpty())
                        .forEach(each -> names.add(each.getFileName().toString()));
            }
        }
        return names;
    }

    /**
     * Discards what a build left, unless a build or test of that name is running in any process; none can begin between
     * the check and the removal. True when it was discarded.
     */
    public boolean discardIfLeft(String name, BooleanSupplier isLeft) throws IOException {
        var lock = ScratchLock.alone(builds.resolve(name));
        if (lock.isEmpty()) {
            return false;
        }
        try {
            boolean left = isLeft.getAsBoolean();
            if (left) {
                discard(name);
            }
            return left;
        } finally {
            lock.get().leave();
        }
    }

    /** Removes base images that a killed worker was unpacking or removing, and returns their names. */
    public List<String> removeUnfinishedBases() throws IOException {
        return bases.removeUnfinished();
    }

    // Contains the place's id, so that groups of workers with other directories are not mistaken for ours.
    private String group(String name, String run) throws IOException {
        return place.id() + "-" + name + "-" + run;
    }

    /** Ends and removes the matching runs of a build. */
    private void discardRuns(String name, Predicate<String> which) throws IOException {
        var those = which.and(RunName::isRun);
        var directory = directory(name);
        var found =
                runs(directory).stream().filter(those).map(directory::resolve).toList();
        if (found.isEmpty() || !ended.containsAll(found)) {
            endProcesses(name, those);
        }
        removal.remove(found);
        found.forEach(ended::remove);
    }

    private void endProcesses(String name, Predicate<String> those) throws IOException {
        LeftProcesses.end(directory(name), those);
        var prefix = place.id() + "-" + name + "-";
        for (var run : ControlGroup.left(prefix)) {
            if (those.test(run)) {
                ControlGroup.removeLeft(prefix + run);
            }
        }
    }

    private static List<String> runs(Path directory) {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(RunName::isRun)
                    .toList();
        } catch (IOException e) {
            return List.of(); // it is gone, or not a directory
        }
    }

    private Path directory(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("build name \"" + name + "\" is not made of letters, digits, - and _");
        }
        return builds.resolve(name);
    }

    /** Work in its own scratch space, and its result. */
    private interface Work {
        Optional<BuiltImage> in(Scratch scratch) throws BuildFailedException, IOException, InterruptedException;
    }

    /** Work of one kind; its scratch space is kept when it contains the result. */
    private record Job(BuildRequest request, String kind, boolean keepsResult, Work work) {}

    private Optional<BuiltImage> run(Job job) throws BuildFailedException, IOException, InterruptedException {
        var name = job.request().name();
        var lock = ScratchLock.enter(directory(name));
        try {
            var attempt = job.request().attempt();
            Predicate<String> before = run -> RunName.isSuperseded(run, job.kind(), attempt);
            if (runs(directory(name)).stream().anyMatch(before)) {
                discardRuns(name, before);
            }
            return run(job, RunName.of(job.kind(), attempt));
        } finally {
            lock.leave();
        }
    }

    private Optional<BuiltImage> run(Job job, String run)
            throws BuildFailedException, IOException, InterruptedException {
        var request = job.request();
        var directory = directory(request.name()).resolve(run);
        Scratch.makePrivate(directory);
        var group = new ControlGroup(group(request.name(), run), settings);
        var scratch = new Scratch(directory, request.network(), request.diskBytes(), group);
        boolean done = false;
        try {
            OwnNetwork.prepare(scratch, settings, reachable);
            var built = job.work().in(scratch);
            done = job.keepsResult();
            return built;
        } catch (SocketTimeoutException e) {
            throw e; // an InterruptedIOException by name only
        } catch (ClosedByInterruptException | InterruptedIOException e) {
            Thread.interrupted(); // an interrupt during a read or write: the exception now carries it
            throw new InterruptedException("interrupted while reading or writing");
        } catch (IOException e) {
            throw reserve.explained(e);
        } finally {
            scratch.group().remove();
            if (done) {
                ended.add(directory);
            } else {
                removal.remove(directory);
            }
        }
    }

    private Optional<BuiltImage> runOnBase(
            BuildRequest request, StepJournal journal, BuildOutput output, Scratch scratch)
            throws BuildFailedException, IOException, InterruptedException {
        return onBase(request, output, scratch, (build, base) -> {
            var built = build.build(journal, base);
            removal.remove(scratch.trees());
            return Optional.of(built);
        });
    }

    private Optional<BuiltImage> testOnBase(BuildRequest request, BuildOutput output, Scratch scratch)
            throws BuildFailedException, IOException, InterruptedException {
        return onBase(request, output, scratch, (build, base) -> {
            build.test();
            return Optional.empty();
        });
    }

    private interface OnBase {
        Optional<BuiltImage> run(SandboxBuild build, UnpackedImages.Lease base)
                throws BuildFailedException, IOException, InterruptedException;
    }

    private Optional<BuiltImage> onBase(BuildRequest request, BuildOutput output, Scratch scratch, OnBase work)
            throws BuildFailedException, IOException, InterruptedException {
        var image = request.base();
        output.phase("opening base image " + image.digest());
        if (image.form().diskBytes() > request.diskBytes()) {
            throw new BuildFailedException(
                    "BaseImage.LargerThanSystemDisk",
                    "the base image is a disk of " + image.form().diskBytes() + " bytes, the template's SystemDiskSize"
                            + " has only " + request.diskBytes() + "; make it as large as the base image");
        }
        try (var build = new SandboxBuild(settings, commands, request, output, scratch, steps);
                var base = bases.take(image, new Limits(settings, scratch)::checkDisk)) {
            base.requireAble(image, () -> abilities().able());
            base.lendTo(scratch.directory());
            return work.run(build, base);
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), "opening the base image: " + e.getMessage());
        }
    }
}
