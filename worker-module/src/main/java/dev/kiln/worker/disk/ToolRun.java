package dev.kiln.worker.disk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A program and what it may see.
 *
 * @param files files of this machine, with their names in the sandbox
 * @param mounted a file system that is mounted for it
 * @param labels whether it may set SELinux labels there, which needs the administrator's capability
 */
public record ToolRun(List<Bound> files, Optional<Mounted> mounted, boolean labels, List<String> command) {

    /** The directory where files are bound. */
    static final String PLACE = "/disk/";

    /** A file or directory of this machine, and its name in the sandbox. */
    public record Bound(Path from, String to, boolean writable) {}

    /**
     * A file system of a disk, mounted on a directory of this machine where only the tool sees it.
     *
     * @param writable whether it is first grown to its place, may be written to, and is unmounted at the end
     */
    public record Mounted(FileSystemMount mount, Path at, String to, boolean writable) {}

    static ToolRun of(String... command) {
        return new ToolRun(List.of(), Optional.empty(), false, List.of(command));
    }

    ToolRun reading(Path from, String name) {
        return with(new Bound(from, PLACE + name, false));
    }

    ToolRun writing(Path from, String name) {
        return with(new Bound(from, PLACE + name, true));
    }

    ToolRun mounting(FileSystemMount mount, Path at, String name) {
        return new ToolRun(files, Optional.of(new Mounted(mount, at, PLACE + name, false)), labels, command);
    }

    ToolRun changing(FileSystemMount mount, Path at, String name) {
        return new ToolRun(files, Optional.of(new Mounted(mount, at, PLACE + name, true)), labels, command);
    }

    ToolRun labelling() {
        return new ToolRun(files, mounted, true, command);
    }

    private ToolRun with(Bound file) {
        var all = new ArrayList<>(files);
        all.add(file);
        return new ToolRun(List.copyOf(all), mounted, labels, command);
    }
}
