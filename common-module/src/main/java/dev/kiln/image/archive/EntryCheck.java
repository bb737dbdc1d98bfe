package dev.kiln.image.archive;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The one filter that every entry passes, when an image is uploaded and again when it is extracted. It refuses whatever
 * could reach out of the root, drops what a sandbox provides itself, and counts.
 */
public final class EntryCheck {

    private static final Set<String> DEVICES =
            Set.of("null", "zero", "full", "random", "urandom", "tty", "console", "ptmx", "pts/ptmx");
    private static final String KERNEL = "boot/vmlinuz-";
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int KINDS = 16;

    private final ArchiveLimits limits;
    private final PathTable kinds = new PathTable();
    private final boolean inLayers;
    private String cleanParent = "";
    private int layer = 1;
    private long entries;
    private long bytes;
    private Instant newest = Instant.EPOCH;
    private boolean kernel;

    /**
     * A check for one archive.
     *
     * @param format with OCI, names that begin with {@code .wh.} are whiteouts
     */
    public EntryCheck(ArchiveLimits limits, ArchiveFacts.Format format) {
        this.limits = limits;
        this.inLayers = format == ArchiveFacts.Format.OCI;
    }

    /** Later entries belong to the next layer: they may replace what earlier layers hold. */
    public void nextLayer() {
        layer++;
        cleanParent = "";
    }

    public long entries() {
        return entries;
    }

    public long unpackedBytes() {
        return bytes;
    }

    /** The newest modification time of an accepted entry. */
    public Instant newest() {
        return newest;
    }

    /** Whether an accepted entry is a kernel, by its name; a later layer may have removed it again. */
    public boolean hasKernel() {
        return kernel;
    }

    /** The entry with clean names and allowed attributes, or null when it is to be dropped. */
    public @Nullable TarEntry accept(TarEntry entry) throws IOException {
        count(entry);
        var name = EntryPaths.clean(entry.name(), entry.type().meaning(), limits.pathBytes());
        checkParents(name);
        if (isDevice(entry, name) || isWhiteout(name)) {
            return null;
        }
        var target = target(entry, name);
        if (!name.isEmpty()) {
            record(entry, name);
        } else if (entry.type() != TarEntry.Type.DIRECTORY) {
            throw refused(entry, "stands for the root, which is a directory");
        }
        kernel = kernel || name.startsWith(KERNEL);
        newest = entry.modified().isAfter(newest) ? entry.modified() : newest;
        return allowedAttributes(entry.withNames(name.isEmpty() ? "." : name, target));
    }

    /**
     * What this entry removes from earlier layers: the path of a whiteout, an opaque directory, or a path that changes
     * its type. Call it for all entries of a layer before any is accepted. Links above the path are checked when the
     * entry is accepted, because this layer may replace them.
     */
    public Optional<String> removal(TarEntry entry) throws IOException {
        var name = EntryPaths.clean(entry.name(), entry.type().meaning(), limits.pathBytes());
        var last = EntryPaths.last(name);
        if (last.equals(OPAQUE)) {
            return Optional.of(EntryPaths.parent(name)).filter(path -> !path.isEmpty());
        }
        if (last.startsWith(WHITEOUT)) {
            return whitedOut(entry, name, last);
        }
        int before = kind(name);
        return before != 0 && before != kind(entry.type()) ? Optional.of(name) : Optional.empty();
    }

    private static Optional<String> whitedOut(TarEntry entry, String name, String last) throws RefusedStreamException {
        var hidden = last.substring(WHITEOUT.length());
        if (hidden.startsWith(WHITEOUT)) {
            return Optional.empty();
        }
        if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
            throw refused(entry, "is a whiteout of nothing");
        }
        var parent = EntryPaths.parent(name);
        return Optional.of(parent.isEmpty() ? hidden : parent + '/' + hidden);
    }

    private void count(TarEntry entry) throws RefusedStreamException {
        if (++entries > limits.entries()) {
            throw new RefusedStreamException("the archive has more than " + limits.entries() + " entries");
        }
        bytes += entry.size();
        if (bytes > limits.unpackedBytes() || bytes < 0) {
            throw new RefusedStreamException("the archive unpacks to more than " + limits.unpackedBytes()
                    + " bytes, reached at " + TarEntry.shown(entry.name()));
        }
        if (entry.uid() < 0 || entry.gid() < 0 || entry.uid() > 0xfffffffEL || entry.gid() > 0xfffffffEL) {
            throw refused(entry, "has an owner that is no 32 bit number");
        }
    }

    private boolean isDevice(TarEntry entry, String name) throws RefusedStreamException {
        boolean block = entry.type() == TarEntry.Type.BLOCK_DEVICE;
        if (!block && entry.type() != TarEntry.Type.CHARACTER_DEVICE) {
            return false;
        }
        if (block || !name.startsWith("dev/") || !DEVICES.contains(name.substring(4))) {
            throw refused(entry, "is a device node; leave devices out, as tar --exclude=./dev/* does");
        }
        return true;
    }

    private boolean isWhiteout(String name) {
        return inLayers && EntryPaths.last(name).startsWith(WHITEOUT);
    }

    private String target(TarEntry entry, String name) throws RefusedStreamException {
        if (entry.type() == TarEntry.Type.SYMBOLIC_LINK) {
            EntryPaths.checkTarget(name, entry.linkTarget(), limits.pathBytes());
            return entry.linkTarget();
        }
        if (entry.type() != TarEntry.Type.HARD_LINK) {
            return "";
        }
        var target = EntryPaths.clean(entry.linkTarget(), "target of the hard link", limits.pathBytes());
        if (kind(target) != kind(TarEntry.Type.FILE)) {
            throw refused(
                    entry, "is a hard link to " + TarEntry.shown(target) + ", which is not an earlier regular file");
        }
        return target;
    }

    private void record(TarEntry entry, String name) throws RefusedStreamException {
        int before = kinds.get(name);
        int kind = kind(entry.type());
        if (before != 0 && before / KINDS == layer && before % KINDS != kind) {
            throw refused(entry, "comes twice, as different things");
        }
        kinds.put(name, layer * KINDS + kind);
        if (kind != kind(TarEntry.Type.DIRECTORY) && (cleanParent + '/').startsWith(name + '/')) {
            cleanParent = "";
        }
    }

    /**
     * Refuses an entry below a link, which would redirect its contents; what is above must be a directory or unknown.
     */
    private void checkParents(String name) throws RefusedStreamException {
        var parent = EntryPaths.parent(name);
        if (parent.equals(cleanParent)) {
            return;
        }
        for (var path = parent; !path.isEmpty(); path = EntryPaths.parent(path)) {
            int kind = kind(path);
            if (kind != 0 && kind != kind(TarEntry.Type.DIRECTORY)) {
                throw new RefusedStreamException("entry " + TarEntry.shown(name) + " lies below " + TarEntry.shown(path)
                        + ", which is a link or a file in the same archive; make the archive from a real directory");
            }
        }
        cleanParent = parent;
    }

    private int kind(String path) {
        return kinds.get(path) % KINDS;
    }

    /** A hard link is a regular file by another name. */
    private static int kind(TarEntry.Type type) {
        return (type == TarEntry.Type.HARD_LINK ? TarEntry.Type.FILE : type).flag() - '0' + 1;
    }

    /** Drops attributes of an overlay file system and of the machine's security, which do not belong in an image. */
    private static TarEntry allowedAttributes(TarEntry entry) {
        var kept = new TreeMap<>(entry.attributes());
        kept.keySet()
                .removeIf(name -> !(name.startsWith("user.") && !name.startsWith("user.overlay."))
                        && !name.equals("security.capability")
                        && !name.startsWith("system.posix_acl_"));
        return entry.withAttributes(kept);
    }

    private static RefusedStreamException refused(TarEntry entry, String rule) {
        return new RefusedStreamException(entry.type().meaning() + " " + TarEntry.shown(entry.name()) + " " + rule);
    }
}
