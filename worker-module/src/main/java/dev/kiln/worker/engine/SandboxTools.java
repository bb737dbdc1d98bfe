package dev.kiln.worker.engine;

import dev.kiln.worker.disk.DiskFailedException;
import dev.kiln.worker.disk.DiskTools;
import dev.kiln.worker.disk.ToolRun;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the tools of disks in bubblewrap's sandboxes, within the limits of a command. */
final class SandboxTools implements DiskTools {

    private static final Logger LOG = LoggerFactory.getLogger(SandboxTools.class);
    private static final Pattern MISSING = Pattern.compile("(bwrap: execvp .*|env: .*): No such file or directory");
    private static final int KEPT = 128 << 10;

    private final SandboxCommands commands;
    private final SandboxProcess.Watch watch;

    SandboxTools(SandboxCommands commands, SandboxProcess.Watch watch) {
        this.commands = commands;
        this.watch = watch;
    }

    @Override
    public boolean mayMount() {
        return !commands.isMapped();
    }

    @Override
    public Ended run(ToolRun tool) throws IOException, InterruptedException, DiskFailedException {
        var output = new Tail(KEPT);
        var errors = new Tail(4000);
        int status = run(tool, output::add, errors);
        return new Ended(status, output.text(), errors.text());
    }

    @Override
    public Ended run(ToolRun tool, Reader reader) throws IOException, InterruptedException, DiskFailedException {
        var errors = new Tail(4000);
        // A pipe of the system: Java's own takes the end of the last writing thread for the end of the writer.
        var pipe = Pipe.open();
        var reading = reading(reader, Channels.newInputStream(pipe.source()));
        int status;
        try (var out = Channels.newOutputStream(pipe.sink())) {
            status = run(tool, (bytes, length) -> out.write(bytes, 0, length), errors);
        } catch (NoRoomException e) {
            settle(reading); // it misses the rest of what the tool had to say
            throw e;
        } catch (IOException e) {
            finish(reading); // if the reader failed, that is the reason
            throw e;
        }
        finish(reading);
        return new Ended(status, "", errors.text());
    }

    private static FutureTask<@Nullable Void> reading(Reader reader, InputStream in) {
        Callable<@Nullable Void> work = () -> {
            try (in) {
                reader.read(in);
            }
            return null;
        };
        var reading = new FutureTask<>(work);
        var thread = new Thread(reading, "sandbox-reader");
        thread.setDaemon(true);
        thread.start();
        return reading;
    }

    private static void finish(FutureTask<@Nullable Void> reading)
            throws IOException, InterruptedException, DiskFailedException {
        try {
            reading.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof DiskFailedException failure) {
                throw failure;
            }
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    private static void settle(FutureTask<@Nullable Void> reading) throws InterruptedException {
        try {
            finish(reading);
        } catch (IOException | DiskFailedException e) {
            LOG.debug("the reader of a tool that was ended has failed", e);
        }
    }

    private int run(ToolRun tool, SandboxProcess.Output output, Tail errors)
            throws IOException, InterruptedException, DiskFailedException {
        try {
            int status = new SandboxProcess(commands.disk(tool), null, output, watch)
                    .withErrorsApart(errors::add)
                    .run();
            if (status != 0 && MISSING.matcher(errors.text()).find()) {
                throw new IOException("this worker lacks " + tool.command().get(0)
                        + ", which builds on disks need; install the packages qemu-utils and e2fsprogs");
            }
            return status;
        } catch (Stopped e) {
            throw new DiskFailedException(e.reason().code(), tool.command().get(0) + " on the disk: " + e.getMessage());
        } catch (BuildFailedException e) {
            throw new IllegalStateException("a tool without input refuses none", e);
        }
    }
}
