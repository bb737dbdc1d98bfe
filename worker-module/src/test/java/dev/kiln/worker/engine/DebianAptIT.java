package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.image.Digest;
import dev.kiln.image.ImageMetadata;
import dev.kiln.image.archive.ByteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A package is installed into a real Debian root file system. Slow, and needs a package mirror: the one that this
 * machine's own apt is configured for.
 */
@Tag("slow")
class DebianAptIT {

    private static final Path APT = Path.of("/etc/apt");

    @TempDir
    private Path directory;

    @Test
    void packageIsInstalled() throws Exception {
        var archive = debian();
        var output = new RecordedOutput();
        var content = "RUN apt-get update -q && apt-get install -y --no-install-recommends hello && hello";
        var request = new BuildRequest(
                "exec-debian", base(archive), BuildEngineContract.commands(content), Optional.empty(), true, 4L << 30);
        var engine = new SandboxBuildEngine(EngineSettings.in(directory.resolve("engine")));
        var built = engine.build(request, StepJournal.NONE, output);
        assertThat(output.text()).contains("Hello, world!");
        assertThat(SandboxBuildEngineTest.entries(built.file())).containsKey("./usr/bin/hello");
        engine.discard("exec-debian");
    }

    private Path debian() throws IOException, InterruptedException {
        var archive = directory.resolve("debian.tar");
        var command = new ArrayList<>(List.of("mmdebstrap", "--quiet", "--variant=minbase"));
        command.add("--include=apt"); // which is not of that variant on Ubuntu
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

    private static BuildRequest.BaseImage base(Path archive) throws IOException {
        var computation = Digest.computation();
        try (var in = Files.newInputStream(archive)) {
            in.transferTo(new java.security.DigestOutputStream(java.io.OutputStream.nullOutputStream(), computation));
        }
        ByteSource source = offset -> {
            var in = Files.newInputStream(archive);
            in.skipNBytes(offset);
            return in;
        };
        return new BuildRequest.BaseImage(Digest.of(computation), source, ImageMetadata.EMPTY);
    }
}
