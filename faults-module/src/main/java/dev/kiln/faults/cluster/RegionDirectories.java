package dev.kiln.faults.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** Three regions: one with the templates, one that sometimes refuses, and one whose disk sometimes is full. */
public final class RegionDirectories implements Closeable {

    /** The region of the templates. */
    public static final String HOME = "cn-hangzhou";

    /** The region that refuses now and then. */
    public static final String REFUSING = "cn-beijing";

    /** The region on a disk of its own, where that can be made. */
    public static final String SMALL = "cn-shanghai";

    private static final String ROOMY = "4g";

    private final Path root;
    private final Path noDirectory;
    private final boolean ownDisk;

    RegionDirectories(Path root) throws IOException {
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

    /** Where the region's bytes are, whatever the processes find at the moment. */
    public Path directory(String region) {
        return root.resolve(region.equals(REFUSING) ? REFUSING + ".there" : region);
    }

    /** Where the processes look for the region. */
    Path path(String region) {
        return root.resolve(region);
    }

    /** The directories by the ids of their regions. */
    public Map<String, Path> all() {
        var all = new LinkedHashMap<String, Path>();
        for (var region : new String[] {HOME, REFUSING, SMALL}) {
            all.put(region, directory(region));
        }
        return all;
    }

    /** Whether one region has a disk of its own that can be filled. */
    public boolean canFill() {
        return ownDisk;
    }

    /** Leaves the small region's disk no room at all. */
    public void fill() throws IOException {
        var store = Files.getFileStore(directory(SMALL));
        var used = store.getTotalSpace() - store.getUnallocatedSpace();
        // What is written at this moment may need one try more.
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

    /** Gives the small region's disk its room back. */
    public void empty() throws IOException {
        resize(ROOMY);
    }

    private void resize(String size) throws IOException {
        Programs.run("mount", "-o", "remount,size=" + size, directory(SMALL).toString());
    }

    /** Puts a file in the place of the refusing region's directory. */
    public void refuse() throws IOException {
        point(noDirectory);
    }

    /** Puts the directory back. */
    public void accept() throws IOException {
        point(directory(REFUSING));
    }

    // In one step: between two, a worker would make the directory anew.
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
