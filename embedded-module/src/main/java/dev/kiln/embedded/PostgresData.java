package dev.kiln.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A directory that holds one PostgreSQL cluster and its password. */
final class PostgresData {

    // A server's own working directory: this name works whatever the permissions of the directories above it, so the
    // data of a server that runs as "nobody" may lie below a directory that only root can enter.
    private static final String HERE = "/proc/self/cwd";

    private final Path directory;
    private final Path cluster;
    private final PostgresBinaries binaries;

    PostgresData(Path directory, PostgresBinaries binaries) {
        this.directory = directory;
        this.cluster = directory.resolve("cluster");
        this.binaries = binaries;
    }

    /** Creates the cluster if there is none, and returns its password. */
    String initialised(boolean durable) throws IOException {
        var passwordFile = directory.resolve("password");
        if (!Files.exists(cluster)) {
            var password = newPassword();
            writeForOwner(passwordFile, password);
            initialise(password, durable);
        }
        return Files.readString(passwordFile);
    }

    /** The command that runs the server. */
    ProcessBuilder server(List<String> options, Path log) throws IOException {
        var command = new ArrayList<>(List.of(binaries.program("postgres").toString(), "-D", HERE));
        options.forEach(option -> command.addAll(List.of("-c", option)));
        return process(command, cluster, log.toFile());
    }

    /** Whether the server with this process id has reported that it accepts connections. */
    boolean isReady(long pid) throws IOException {
        var lines = pidFile();
        return lines.size() >= 8
                && lines.get(0).equals(Long.toString(pid))
                && lines.get(7).strip().equals("ready");
    }

    /** Stops a server without an owner that runs on this cluster, and waits until it is gone. */
    void stopOrphan() throws IOException {
        var lines = pidFile();
        if (lines.isEmpty()) {
            return;
        }
        var orphans = ProcessHandle.allProcesses().filter(this::worksHere).toList();
        for (var orphan : orphans) {
            // Sessions end with their server; only those that outlive it are stopped separately.
            if (lines.get(0).equals(Long.toString(orphan.pid()))) {
                EmbeddedPostgres.stop(orphan);
            }
        }
        for (var orphan : orphans) {
            if (orphan.isAlive()) {
                EmbeddedPostgres.stop(orphan);
            }
        }
        // The process id in the file may now belong to any process, for example after a reboot, and PostgreSQL would
        // take that process for a server. No server works here any more, so the file is stale.
        Files.deleteIfExists(cluster.resolve("postmaster.pid"));
    }

    private boolean worksHere(ProcessHandle process) {
        try {
            return Files.isSameFile(Path.of("/proc/" + process.pid() + "/cwd"), cluster);
        } catch (IOException e) {
            return false;
        }
    }

    private List<String> pidFile() throws IOException {
        try {
            return Files.readAllLines(cluster.resolve("postmaster.pid"));
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /** Creates it under another name first, so that a partial cluster is never taken for a complete one. */
    private void initialise(String password, boolean durable) throws IOException {
        var partial = directory.resolve("initialising");
        PostgresBinaries.deleteTree(partial);
        Files.createDirectory(partial);
        Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rwx------"));
        var passwordFile = Files.createTempFile("kiln-", ".initdb");
        try {
            Files.writeString(passwordFile, password);
            giveToServer(partial);
            giveToServer(passwordFile);
            runInitdb(partial, passwordFile, durable);
        } finally {
            Files.delete(passwordFile);
        }
        Files.move(partial, cluster, StandardCopyOption.ATOMIC_MOVE);
    }

    private void runInitdb(Path partial, Path passwordFile, boolean durable) throws IOException {
        var command = new ArrayList<>(List.of(
                binaries.program("initdb").toString(),
                "-D",
                HERE,
                "--username=" + EmbeddedPostgres.USER,
                "--pwfile=" + passwordFile,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8"));
        if (!durable) {
            command.add("--no-sync");
        }
        var log = directory.resolve("initdb.log");
        var initdb = BoundProcess.startWithoutRoot(process(command, partial, log.toFile()), "KILL");
        try {
            if (initdb.waitFor() != 0) {
                throw new IOException("initdb failed:\n" + Files.readString(log).strip());
            }
        } catch (InterruptedException e) {
            initdb.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the database was being made", e);
        }
    }

    private static ProcessBuilder process(List<String> command, Path workingDirectory, File log) {
        var process = new ProcessBuilder(command)
                .directory(workingDirectory.toFile())
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        // PGHOST, PGOPTIONS and the like are meant for other programs, and no secret of ours may reach the server.
        process.environment().clear();
        process.environment().putAll(Map.of("LC_ALL", "C", "TZ", "UTC", "PATH", searchPath()));
        return process;
    }

    private static String searchPath() {
        return "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
    }

    private static void giveToServer(Path path) throws IOException {
        if (BoundProcess.isRoot()) {
            Files.setAttribute(path, "unix:uid", BoundProcess.NOBODY);
            Files.setAttribute(path, "unix:gid", BoundProcess.NOBODY);
        }
    }

    private static void writeForOwner(Path file, String content) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, content);
    }

    private static String newPassword() {
        var bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
