package dev.kiln.faults.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** Three regions: one with the templates, one that sometimes refuses, and one whose disk is sometimes full. */
public final class RegionDirectories implements Closeable {

    /** The region of the templates. */
    public static final String HOME = "cn-hangzhou";

    /** The region that refuses from time to time. */
    public static final String REFUSING = "cn-beijing";

    /** The region on its own small disk, where one can be made. */
    public static final String SMALL = "cn-shanghai";

    private static final String ROOMY = "4g";

    private final Path root;
    private final Path noDirectory;
    private final boolean ownDisk;

    /** Makes the directories, and mounts a small disk in one of them if this user may. */
    public RegionDirectories(Path root) throws IOException {
        this.root = root;
        for (var directory : all().values()) {
            Files.createDirectories(directory);
        }
        this.noDirectory = Files.createFile(root.resolve(REFUSING + ".file"));
        accept();
        this.ownDisk = mount();
    }

    private boolean mount() {
        try {
            Programs.run(
                    "mount",
                    "-t",
                    "tmpfs",
                    "-o",
                    "size=" + ROOMY,
                    "kiln-faults",
                    directory(SMALL).toString());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The region's real directory, whatever the processes see at the moment. */
    public Path directory(String region) {
        return root.resolve(region.equals(REFUSING) ? REFUSING + ".there" : region);
    }

    /** The path at which the processes expect the region. */
    Path path(String region) {
        return root.resolve(region);
    }

    /** The directories, by region id. */
    public Map<String, Path> all() {
        var all = new LinkedHashMap<String, Path>();
        for (var region : new String[] {HOME, REFUSING, SMALL}) {
            all.put(region, directory(region));
        }
        return all;
    }

    /** Whether one region has its own disk that can be filled. */
    public boolean canFill() {
        return ownDisk;
    }

    /** Fills the small region's disk completely. */
    public void fill() throws IOException {
        var store = Files.getFileStore(directory(SMALL));
        var used = store.getTotalSpace() - store.getUnallocatedSpace();
        // A write at this very moment may make another try necessary.
        for (var more = 0; ; more++) {
            try {
                resize(Math.max(used, 4096) / 1024 + (more * 2048L) + "k");
                return;
            } catch (IOException e) {
                if (more == 3) {
                    throw e;
                }
            }
        }
    }

    /** Frees the space of the small region's disk again. */
    public void empty() throws IOException {
        resize(ROOMY);
    }

    private void resize(String size) throws IOException {
        Programs.run("mount", "-o", "remount,size=" + size, directory(SMALL).toString());
    }

    /** Replaces the refusing region's directory by a file. */
    public void refuse() throws IOException {
        point(noDirectory);
    }

    /** Puts the directory back. */
    public void accept() throws IOException {
        point(directory(REFUSING));
    }

    // In one step: between two steps a worker would create the directory again.
    private void point(Path target) throws IOException {
        var link = root.resolve(REFUSING + ".new");
        Files.createSymbolicLink(link, target);
        Files.move(link, path(REFUSING), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        if (ownDisk) {
            Programs.run("umount", directory(SMALL).toString());
        }
    }
}
