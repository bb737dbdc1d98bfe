package dev.kiln.worker.engine;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Builds in sandboxes made by bubblewrap over an overlay of the unpacked base image. Works as root, and as an ordinary
 * user that has sub-ids; never without a sandbox.
 */
public final class SandboxBuildEngine implements BuildEngine {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,99}");

    private final EngineSettings settings;
    private final SandboxCheck sandbox;
    private final SandboxCommands commands;
    private final TreeRemoval removal;
    private final UnpackedImages bases;
    private final Path builds;

    public SandboxBuildEngine(EngineSettings settings) {
        this.settings = settings;
        var directory = settings.directory().toAbsolutePath();
        boolean mapped = SandboxCheck.isMapped(settings);
        this.commands = new SandboxCommands(settings, mapped, SandboxCheck.busybox());
        this.sandbox = new SandboxCheck(mapped, commands, settings);
        this.removal = new TreeRemoval(commands);
        this.builds = directory.resolve("builds");
        this.bases = new UnpackedImages(
                directory.resolve(mapped ? "bases-user" : "bases-root"),
                settings.cache().toBytes(),
                new ImageUnpacking(commands),
                removal);
    }

    @Override
    public void check() throws SandboxUnavailableException {
        sandbox.check(builds, removal);
    }

    @Override
    public BuiltImage build(BuildRequest request, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        return run(request, output, true).orElseThrow();
    }

    @Override
    public void test(BuildRequest request, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        run(request, output, false);
    }

    @Override
    public void discard(String name) throws IOException {
        for (var kind : List.of("build", "test")) {
            discard(scratchDirectory(name, kind), name + "-" + kind);
        }
        Files.deleteIfExists(builds.resolve(name));
    }

    private void discard(Path directory, String group) throws IOException {
        LeftProcesses.end(directory);
        ControlGroup.removeLeft(group);
        removal.remove(directory);
    }

    private Path scratchDirectory(String name, String kind) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("build name \"" + name + "\" is not made of letters, digits, - and _");
        }
        return builds.resolve(name).resolve(kind);
    }

    private Optional<BuiltImage> run(BuildRequest request, BuildOutput output, boolean keep)
            throws BuildFailedException, IOException, InterruptedException {
        var kind = keep ? "build" : "test";
        var directory = scratchDirectory(request.name(), kind);
        var groupName = request.name() + "-" + kind;
        discard(directory, groupName);
        makePrivate(directory);
        var scratch =
                new Scratch(directory, request.network(), request.diskBytes(), ControlGroup.make(groupName, settings));
        boolean done = false;
        try {
            var built = runOnBase(request, output, scratch, keep);
            done = keep;
            return built;
        } catch (SocketTimeoutException e) {
            throw e; // an InterruptedIOException by name only
        } catch (ClosedByInterruptException | InterruptedIOException e) {
            Thread.interrupted(); // an interrupt during a read or write: the exception now carries it
            throw new InterruptedException("interrupted while reading or writing");
        } finally {
            scratch.group().remove();
            if (!done) {
                removal.remove(directory);
            }
        }
    }

    private Optional<BuiltImage> runOnBase(BuildRequest request, BuildOutput output, Scratch scratch, boolean keep)
            throws BuildFailedException, IOException, InterruptedException {
        var build = new SandboxBuild(settings, commands, request, output, scratch);
        output.phase("opening base image " + request.base().digest());
        try (var base = bases.take(request.base(), new Limits(settings, scratch).command())) {
            Files.createSymbolicLink(scratch.directory().resolve("base"), base.root());
            build.run();
            if (!keep) {
                return Optional.empty();
            }
            output.phase("packing the image");
            var image = build.pack(scratch.directory().resolve("image.tar.zst"), base.newest());
            for (var tree : build.trees()) {
                removal.remove(tree);
            }
            return Optional.of(image);
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), "opening the base image: " + e.getMessage());
        }
    }

    /** Files of the image may carry setuid bits, so nobody else on this machine may reach them. */
    static void makePrivate(Path directory) throws IOException {
        Files.createDirectories(directory.getParent());
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Files.createDirectory(directory, owner);
    }
}
