package dev.kiln.bench.build;

import dev.kiln.bench.system.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** buildah with its lightest isolation, and one layer per command, as Kiln has. */
final class Buildah implements Builder {

    private final Programs programs;
    private final Path context;

    /** @param base a tar archive of the root file system */
    Buildah(Programs programs, Path directory, Path base) throws IOException {
        this.programs = programs;
        this.context = Files.createDirectories(directory.resolve("buildah"));
        Files.copy(base, context.resolve("base.tar"));
    }

    @Override
    public String name() {
        return "buildah";
    }

    @Override
    public Times build(List<String> commands) throws IOException, InterruptedException {
        var image = build("base", "FROM scratch\nADD base.tar /\n");
        var begun = System.nanoTime();
        build(
                "built",
                "FROM " + image + "\n"
                        + String.join(
                                "\n", commands.stream().map(c -> "RUN " + c).toList()));
        var archive = context.resolve("image.tar");
        Files.deleteIfExists(archive);
        run("buildah", "push", "built", "oci-archive:" + archive);
        var millis = (System.nanoTime() - begun) / 1e6;
        return new Times(millis, millis / commands.size());
    }

    private String build(String name, String file) throws IOException, InterruptedException {
        var containerfile = Files.writeString(context.resolve("Containerfile"), file);
        run(
                "buildah",
                "build",
                "--isolation=chroot",
                "--layers",
                "--no-cache",
                "--file=" + containerfile,
                "--tag=" + name,
                context.toString());
        return "localhost/" + name;
    }

    private void run(String... command) throws IOException, InterruptedException {
        var unused = programs.run(Map.of(), List.of(command));
    }
}
