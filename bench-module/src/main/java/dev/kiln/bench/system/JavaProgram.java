package dev.kiln.bench.system;

import dev.kiln.standalone.JavaLaunch;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Java process. */
public final class JavaProgram implements Closeable {

    // A process that writes a cache of its classes does so at its end, which takes long.
    private static final long SECONDS_TO_END = 240;

    private final Process process;
    private final Path log;

    public JavaProgram(JavaLaunch launch) throws IOException {
        this.log = launch.log();
        this.process = launch.start("KILL");
    }

    /** Throws when it has ended. */
    public void checkAlive() throws IOException {
        if (!process.isAlive()) {
            throw new IOException("a process ended with status " + process.exitValue() + ", see " + log);
        }
    }

    /** Its memory now, in MiB. */
    public double residentMebibytes() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0)
                    .findFirst()
                    .orElseThrow(() -> new IOException("the kernel does not tell the memory of " + process.pid()));
        }
    }

    /** Asks it to end, and kills it if it does not end in time. */
    @Override
    public void close() {
        JavaLaunch.end(process, SECONDS_TO_END);
    }
}
