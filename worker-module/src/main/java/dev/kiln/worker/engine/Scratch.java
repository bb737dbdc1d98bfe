package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The directory where one build or test works.
 *
 * @param network whether commands may use the network
 * @param diskBytes limit for what commands write
 */
record Scratch(Path directory, boolean network, long diskBytes, ControlGroup group, Layers layers, DiskUsage usage) {

    private static final int OPEN = 01777;

    private Scratch(Path directory, boolean network, long diskBytes, ControlGroup group, Layers layers) {
        this(directory, network, diskBytes, group, layers, new DiskUsage(directory, layers));
    }

    Scratch(Path directory, boolean network, long diskBytes, ControlGroup group) {
        this(directory, network, diskBytes, group, new Layers());
    }

    /** Makes a directory that only this user may enter: files of images in it may have setuid bits. */
    static void makePrivate(Path directory) throws IOException {
        Files.createDirectories(directory.getParent());
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Files.createDirectory(directory, owner);
    }

    /** The layer that commands write to now. */
    Path upper() {
        return directory.resolve(layers.upper());
    }

    /** What commands see as /tmp throughout the build. */
    Path tmp() {
        return directory.resolve(DiskUsage.TMP);
    }

    /** Makes the directories of a mount that need no other user's id; the sandbox makes the rest. */
    void makeDirectories() throws IOException {
        Files.createDirectories(directory.resolve("merged"));
        Files.createDirectories(directory.resolve("layers"));
        if (Files.notExists(tmp())) {
            make("tmp", OPEN);
        }
        var below = Attributes.of(directory.resolve(layers.below()));
        if (Files.notExists(upper()) && below.hasOwnerOf(Attributes.of(directory))) {
            make(layers.upper(), below.mode());
        }
    }

    /** A directory for overlay's own use, a new one for each mount. */
    String work() throws IOException {
        var name = layers.work();
        Files.createDirectories(directory.resolve(name));
        return name;
    }

    // Under another name first: when the directory appears, it has its mode.
    private void make(String name, int mode) throws IOException {
        var fresh = Files.createDirectory(directory.resolve("new"));
        Files.setAttribute(fresh, "unix:mode", mode);
        Files.move(fresh, directory.resolve(name));
    }

    /**
     * A directory equal to /tmp, if that is empty and has its original mode and owner; then what comes into /tmp later
     * does not delay the caller.
     */
    Optional<Path> emptyTmp() throws IOException {
        var now = Attributes.of(tmp());
        if (now.mode() != OPEN || !now.hasOwnerOf(Attributes.of(directory))) {
            return Optional.empty();
        }
        try (var files = Files.newDirectoryStream(tmp())) {
            if (files.iterator().hasNext()) {
                return Optional.empty();
            }
        }
        if (Files.notExists(directory.resolve("empty"))) {
            make("empty", OPEN);
        }
        return Optional.of(directory.resolve("empty"));
    }

    /** The paths that hold the image's files. */
    List<Path> trees() {
        return Stream.of(
                        "layers",
                        "work",
                        "merged",
                        DiskUsage.TMP,
                        "empty",
                        "new",
                        "base",
                        BootableDisk.WORK,
                        "mounts",
                        "values",
                        CommandRuns.COPIED)
                .map(directory::resolve)
                .toList();
    }

    /** What is wrong with the image, or an empty text. */
    String problem() {
        return text("problem");
    }

    /** Whether the program in the sandbox has begun, as far as can be known; if not, this machine is at fault. */
    boolean hasBegun() {
        return Files.exists(directory.resolve("begun"));
    }

    /** Forgets how the previous sandbox ended. */
    void forgetEnd() throws IOException {
        for (var word : List.of("begun", "problem", "trouble")) {
            Files.deleteIfExists(directory.resolve(word));
        }
    }

    /** Why the program in a sandbox did not begin, as far as it is known. */
    String notBegun(int status) {
        return "making a sandbox ended with status " + status + " " + trouble() + text("network-log");
    }

    /** What is wrong with this machine, or an empty text. */
    String trouble() {
        return text("trouble");
    }

    private String text(String file) {
        try {
            return Files.readString(directory.resolve(file)).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** A directory's mode and owner. */
    private record Attributes(int mode, int user, int group) {

        static Attributes of(Path directory) throws IOException {
            return new Attributes(
                    number(directory, "mode") & 07777, number(directory, "uid"), number(directory, "gid"));
        }

        private static int number(Path directory, String name) throws IOException {
            return (int) Objects.requireNonNull(Files.getAttribute(directory, "unix:" + name));
        }

        boolean hasOwnerOf(Attributes other) {
            return user == other.user && group == other.group;
        }
    }
}
