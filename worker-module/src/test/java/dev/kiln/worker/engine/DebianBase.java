package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A small root file system of this machine's distribution, from its package sources. */
final class DebianBase {

    private static final Path APT = Path.of("/etc/apt");

    private DebianBase() {}

    /** Makes it in the directory, with these packages besides those that it always has. */
    static Path make(Path directory, String... packages) throws IOException, InterruptedException {
        var archive = directory.resolve("debian.tar");
        var command = new ArrayList<>(List.of("mmdebstrap", "--quiet", "--variant=minbase"));
        command.add("--include=" + String.join(",", packages));
        try (var files = Files.newDirectoryStream(APT.resolve("apt.conf.d"))) {
            for (var file : files) {
                if (Files.readString(file).contains("Acquire")) {
                    command.add("--aptopt=" + file);
                }
            }
        }
        command.addAll(List.of(release(), archive.toString()));
        command.addAll(sources());
        var log = directory.resolve("mmdebstrap.log");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(15, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        return archive;
    }

    private static String release() throws IOException {
        return Files.readAllLines(Path.of("/etc/os-release")).stream()
                .filter(line -> line.startsWith("VERSION_CODENAME="))
                .map(line -> line.substring(line.indexOf('=') + 1))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> sources() throws IOException {
        var sources = new ArrayList<String>();
        var list = APT.resolve("sources.list");
        if (Files.exists(list)) {
            sources.add(list.toString());
        }
        try (var files = Files.newDirectoryStream(APT.resolve("sources.list.d"), "{debian,ubuntu}*.{sources,list}")) {
            files.forEach(file -> sources.add(file.toString()));
        }
        return sources;
    }
}
