package dev.kiln.image.packages;

import com.github.luben.zstd.Zstd;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The packages of an image, by name. */
public record PackageList(List<InstalledPackage> packages) {

    // A desktop's 3,000 packages have 150 kB. In an answer they take ten times their text.
    private static final int MOST_BYTES = 2 << 20;

    // Lists from before that limit may still be there; compressed bytes state their own size.
    private static final int MOST_EVER = 64 << 20;
    private static final int LEVEL = 9;

    public PackageList {
        packages = packages.stream().distinct().sorted().toList();
    }

    /** A package that two images have in different versions. */
    public record Change(InstalledPackage before, InstalledPackage now) {}

    /** The differences between two images. */
    public record Differences(List<InstalledPackage> added, List<InstalledPackage> removed, List<Change> changed) {}

    /** The storage form: a line for each package, compressed. */
    public byte[] toBytes() {
        var text = new StringBuilder();
        for (var one : packages) {
            text.append(one.system()).append('\t').append(one.name()).append('\t');
            text.append(one.version()).append('\t').append(one.architecture()).append('\n');
        }
        return Zstd.compress(text.toString().getBytes(StandardCharsets.UTF_8), LEVEL);
    }

    /** Whether it is too long to be recorded. */
    boolean isTooLong() {
        return packages.stream().mapToLong(PackageList::length).sum() > MOST_BYTES;
    }

    private static long length(InstalledPackage one) {
        return 4L
                + one.system().length()
                + one.name().length()
                + one.version().length()
                + one.architecture().length();
    }

    /** Whether the storage form is of a list that is not too long; reads nothing of it. */
    static boolean fits(byte[] bytes) {
        return Zstd.getFrameContentSize(bytes) <= MOST_BYTES;
    }

    /** Reads the form that {@link #toBytes} made. */
    public static PackageList of(byte[] bytes) {
        long size = Zstd.getFrameContentSize(bytes);
        if (size < 0 || size > MOST_EVER) {
            throw new IllegalStateException("a list of packages says that it has " + size + " bytes");
        }
        var text = new String(Zstd.decompress(bytes, (int) size), StandardCharsets.UTF_8);
        return new PackageList(text.lines()
                .map(line -> line.split("\t", -1))
                .map(fields -> new InstalledPackage(fields[0], fields[1], fields[2], fields[3]))
                .toList());
    }

    /** The changes since another image. */
    public Differences since(PackageList before) {
        var old = byIdentity(before.packages);
        var added = new ArrayList<InstalledPackage>();
        var changed = new ArrayList<Change>();
        for (var entry : byIdentity(packages).entrySet()) {
            var was = old.remove(entry.getKey());
            if (was == null) {
                added.addAll(entry.getValue());
            } else if (!was.equals(entry.getValue())) {
                compare(was, entry.getValue(), new Differences(added, List.of(), changed), old);
            }
        }
        var removed = old.values().stream().flatMap(Collection::stream).sorted().toList();
        return new Differences(added, removed, changed);
    }

    private static Map<String, List<InstalledPackage>> byIdentity(List<InstalledPackage> packages) {
        var found = new LinkedHashMap<String, List<InstalledPackage>>();
        packages.forEach(one -> found.computeIfAbsent(one.identity(), identity -> new ArrayList<>())
                .add(one));
        return found;
    }

    /**
     * Compares the versions of one package, usually one each. Versions in both images are unchanged; others pair up in
     * order.
     */
    private static void compare(
            List<InstalledPackage> was,
            List<InstalledPackage> now,
            Differences into,
            Map<String, List<InstalledPackage>> removed) {
        var gone = new ArrayList<>(was);
        gone.removeAll(now);
        var come = new ArrayList<>(now);
        come.removeAll(was);
        int both = Math.min(gone.size(), come.size());
        for (int at = 0; at < both; at++) {
            into.changed().add(new Change(gone.get(at), come.get(at)));
        }
        into.added().addAll(come.subList(both, come.size()));
        if (gone.size() > both) {
            removed.put(gone.get(0).identity(), gone.subList(both, gone.size()));
        }
    }
}
