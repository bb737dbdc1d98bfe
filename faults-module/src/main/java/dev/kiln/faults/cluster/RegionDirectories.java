package dev.kiln.faults.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private final boolean ownDisk;

    RegionDirectories(Path root) throws IOException {
        this.root = root;
        for (var region : new String[] {HOME, REFUSING, SMALL}) {
            Files.createDirectories(directory(region));
        }
        this.ownDisk = mount();
    }

    private boolean mount() {
        try {
            Programs.run("mount", "-t", "tmpfs", "-o", "size=" + ROOMY, "kiln-faults", path(SMALL));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    public Path directory(String region) {
        return root.resolve(region);
    }

    private String path(String region) {
        return directory(region).toString();
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
        Programs.run("mount", "-o", "remount,size=" + size, path(SMALL));
    }

    /** Puts a file in the place of the refusing region's directory. */
    public void refuse() throws IOException {
        Files.move(directory(REFUSING), away());
        Files.createFile(directory(REFUSING));
    }

    /** Puts the directory back. */
    public void accept() throws IOException {
        if (Files.exists(away())) {
            Files.delete(directory(REFUSING));
            Files.move(away(), directory(REFUSING));
        }
    }

    private Path away() {
        return root.resolve(REFUSING + ".away");
    }

    @Override
    public void close() throws IOException {
        if (ownDisk) {
            Programs.run("umount", path(SMALL));
        }
    }
}
