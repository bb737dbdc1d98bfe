package dev.kiln.worker.engine;

import dev.kiln.image.archive.ArchiveFacts;
import dev.kiln.image.archive.ArchiveLayer;
import dev.kiln.image.archive.ArchiveLimits;
import dev.kiln.image.archive.EntryCheck;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One run of Packer on a file of a template's context, in a sandbox that has this machine's programs and the context. A
 * stop first asks Packer to end, which leaves it time to undo what it made; after that it is killed.
 */
final class PackerRun {

    private final EngineSettings settings;
    private final SandboxCommands commands;
    private final BuildRequest request;
    private final BuildOutput output;
    private final Scratch scratch;
    private final Limits limits;
    private final CountDownLatch stop = new CountDownLatch(1);
    private volatile @Nullable Exception reason;
    private long stoppedAt;

    PackerRun(
            EngineSettings settings,
            SandboxCommands commands,
            BuildRequest request,
            BuildOutput output,
            Scratch scratch) {
        this.settings = settings;
        this.commands = commands;
        this.request = request;
        this.output = output;
        this.scratch = scratch;
        this.limits = new Limits(settings, scratch);
    }

    /** Runs Packer and returns the artifacts. */
    List<PackerArtifact> run(String file) throws BuildFailedException, IOException, InterruptedException {
        var machine = Files.createDirectory(scratch.directory().resolve("machine"));
        var context = Files.createDirectory(machine.resolve("context"));
        Files.createDirectories(machine.resolve("home/tmp"));
        output.phase("unpacking the context");
        unpack(context);
        if (!Files.isRegularFile(context.resolve(file), LinkOption.NOFOLLOW_LINKS)) {
            throw new BuildFailedException(
                    "Packer.NoFile",
                    "the template's context has no file " + file + ", which the template has Packer build");
        }
        output.phase("packer build " + file);
        var said = new PackerOutput(output);
        int status = ended(file, said);
        said.end();
        var why = reason;
        if (why instanceof Stopped stopped) {
            throw new BuildFailedException(stopped.reason().code(), "packer build " + file + ": " + why.getMessage());
        }
        if (why instanceof IOException trouble && status != 0) {
            throw trouble;
        }
        if (OwnNetwork.isOf(scratch) && !scratch.hasBegun()) {
            throw new IOException(scratch.notBegun(status));
        }
        if (status != 0) {
            throw new BuildFailedException(
                    "Packer.Failed",
                    "packer build " + file + " ended with status " + status + ": " + said.lastErrors(),
                    status);
        }
        return said.artifacts();
    }

    private void unpack(Path directory) throws BuildFailedException, IOException, InterruptedException {
        var context = request.context()
                .orElseThrow(() -> new BuildFailedException(
                        "Packer.NoFile",
                        "the template has Packer build a file of its context, and no context was uploaded"));
        var layer = new ArchiveLayer(context, 0, -1, Optional.empty(), ArchiveLimits.DEFAULT);
        var check = new EntryCheck(ArchiveLimits.DEFAULT, ArchiveFacts.Format.TAR);
        try {
            new ImageUnpacking(commands, Set::of).extract(layer, check, directory, limits.command());
        } catch (BuildFailedException e) {
            throw new BuildFailedException("Packer.Context", "the template's context is refused: " + e.getMessage());
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), "unpacking the context: " + e.getMessage());
        }
    }

    // In another thread, so that an interrupt of this one does not kill Packer at once.
    private int ended(String file, PackerOutput said) throws BuildFailedException, IOException, InterruptedException {
        var process = new SandboxProcess(commands.packer(scratch, file), this::input, said::take, watch())
                .atEnd(stop::countDown);
        var running = new FutureTask<>(process::run);
        var thread = new Thread(running, "packer");
        thread.setDaemon(true);
        thread.start();
        try {
            return status(running);
        } catch (InterruptedException e) {
            output.phase("stopping Packer");
            stop.countDown();
            awaitUndone(running);
            throw e;
        } finally {
            stop.countDown(); // however it ended, input() must not wait any longer
            running.cancel(true);
            thread.join();
        }
    }

    /** However often it is interrupted meanwhile: a worker that stops does so more than once. */
    private void awaitUndone(FutureTask<Integer> running) {
        long end = System.nanoTime() + settings.packerGrace().toNanos();
        while (true) {
            try {
                running.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                return;
            } catch (InterruptedException e) {
                // It is being stopped.
            } catch (ExecutionException | TimeoutException e) {
                output.phase("Packer did not end in time: look for what it has left in its cloud");
                return;
            }
        }
    }

    private static int status(FutureTask<Integer> running)
            throws BuildFailedException, IOException, InterruptedException {
        try {
            return running.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Stopped stopped) {
                throw new BuildFailedException(stopped.reason().code(), "packer build: " + stopped.getMessage());
            }
            throw new IOException("running Packer failed", e.getCause());
        }
    }

    /** The end of the input is the request to stop. */
    private void input(OutputStream out) throws IOException {
        out.write((environment() + "\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
        try {
            stop.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The run's parameters as a script: under their own names, and under those that Packer reads variables from. */
    private String environment() {
        var script = new StringBuilder();
        request.parameters().environment().forEach((name, value) -> {
            var quoted = SandboxCommands.quoted(value);
            script.append("export ").append(name).append('=').append(quoted);
            script.append(" PKR_VAR_").append(name).append('=').append(quoted).append('\n');
        });
        return Base64.getEncoder().encodeToString(script.toString().getBytes(StandardCharsets.UTF_8));
    }

    private SandboxProcess.Watch watch() {
        var bounds = limits.command();
        return () -> {
            try {
                bounds.look();
            } catch (Stopped | IOException e) {
                if (reason == null) {
                    reason = e;
                    stoppedAt = System.nanoTime();
                    stop.countDown();
                }
                if (System.nanoTime() - stoppedAt > settings.packerGrace().toNanos()) {
                    throw e;
                }
            }
        };
    }
}
