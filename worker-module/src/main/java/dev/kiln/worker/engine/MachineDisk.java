package dev.kiln.worker.engine;

import dev.kiln.execution.Ability;
import dev.kiln.image.Digest;
import dev.kiln.worker.disk.DiskFailedException;
import dev.kiln.worker.disk.RootWriting;
import dev.kiln.worker.disk.ToolRoots;
import dev.kiln.worker.machine.GuestFiles;
import dev.kiln.worker.machine.QemuCommand;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.List;
import java.util.Set;

/**
 * The throw-away copy of a disk that a test boots. What lets the commands in is written only to the copy, never to the
 * image.
 *
 * @param able the abilities of this worker
 */
record MachineDisk(SandboxCommands commands, BuildRequest request, Scratch scratch, Limits limits, Set<Ability> able) {

    /** The user that the machine runs as: nobody. */
    static final String USER = "65534";

    private static final List<String> FOR_PREPARATION = List.of("CHOWN", "DAC_OVERRIDE", "FOWNER");
    private static final String FAILED = "Machine.BootFailed";
    private static final int REFUSED = 3;

    private Path directory() {
        return scratch.directory().resolve("machine");
    }

    /** Fetches the image's file. */
    void fetch() throws IOException {
        var computation = Digest.computation();
        try (InputStream in = request.base().archive().open(0);
                var out =
                        new DigestOutputStream(Files.newOutputStream(directory().resolve("given")), computation)) {
            var buffer = new byte[1 << 20];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
                limits.checkReserve();
            }
        }
        var digest = Digest.of(computation);
        if (!digest.equals(request.base().digest())) {
            throw new IOException("the image's file has the digest " + digest + ", not "
                    + request.base().digest());
        }
    }

    /**
     * Makes the copy. The tools of ext write the needed files; without an ext file system that holds a system the
     * kernel does, which fails with {@link dev.kiln.worker.disk.DiskNeedsException} on a worker where it may not.
     */
    void prepare() throws BuildFailedException, IOException, InterruptedException {
        GuestFiles.writeTo(directory());
        run(QemuCommand.COPY, request.base().form().kind().driver());
        try {
            var tools = new SandboxTools(commands, limits.command());
            var root = new ToolRoots(tools).find(directory());
            if (root.isPresent()) {
                run(QemuCommand.PREPARATION, Long.toString(root.getAsLong()));
            } else {
                writeByKernel(tools);
            }
        } catch (DiskFailedException e) {
            throw new BuildFailedException(code(e), "preparing the disk: " + e.getMessage());
        }
        run(QemuCommand.FIRMWARE, USER);
    }

    /** What is wrong with the disk is no fault of a base image. */
    private static String code(DiskFailedException failure) {
        return failure.code().equals(DiskFailedException.REFUSED) ? FAILED : failure.code();
    }

    private void run(String script, String argument) throws BuildFailedException, IOException, InterruptedException {
        var line = commands.machine(scratch, commands.showTools("/tools"), FOR_PREPARATION, false);
        line.addAll(List.of("sh", "-c", script, "kiln", argument));
        var said = new Tail(2000);
        try {
            int status = new SandboxProcess(line, null, said::add, limits.command()).run();
            if (status == REFUSED) {
                throw new BuildFailedException(FAILED, said.text());
            }
            if (status != 0) {
                throw new IOException("preparing the disk ended with status " + status + ": " + said.text());
            }
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), "preparing the disk: " + e.getMessage());
        }
    }

    private void writeByKernel(SandboxTools tools) throws IOException, InterruptedException, DiskFailedException {
        var archive = scratch.directory().resolve("guest.tar");
        GuestFiles.pack(archive, SandboxCheck.busybox());
        new RootWriting(tools, able).write(directory(), archive, QemuCommand.HOOK);
    }

    /** Whether it boots with UEFI rather than BIOS. */
    boolean isUefi() throws IOException {
        return Files.readString(directory().resolve("firmware")).strip().equals("uefi");
    }
}
