package dev.kiln.image.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive strictly: ustar, pax and GNU long names; refuses everything else (sparse files, multiple
 * volumes). The limits bound its memory, whatever the archive contains.
 */
public final class TarReader {

    private static final long LAST_SECOND = 253_402_300_799L; // 9999-12-31, the last day that every tool can print

    private final InputStream in;
    private final ArchiveLimits limits;
    private final Map<String, byte[]> global = new HashMap<>();
    private long position;
    private long contentLeft;
    private int padding;

    public TarReader(InputStream in, ArchiveLimits limits) {
        this.in = in;
        this.limits = limits;
    }

    /** How many bytes of the archive were read; after {@link #next()}, the offset of the entry's contents. */
    public long position() {
        return position;
    }

    /** The next entry, or null at the end; skips unread contents of the entry before. */
    public @Nullable TarEntry next() throws IOException {
        skipContents();
        var local = new HashMap<String, byte[]>();
        int headerBytes = 0;
        while (true) {
            var header = header();
            if (header == null) {
                return null;
            }
            char flag = header.flag();
            if ("xgLK".indexOf(flag) < 0) {
                return entry(header, local);
            }
            long size = header.number(124, 12);
            if (size < 0 || size > limits.headerBytes() - headerBytes) {
                throw new RefusedStreamException("extended headers of one entry have more than " + limits.headerBytes()
                        + " bytes; shorten names and attributes");
            }
            headerBytes += Math.toIntExact(size) + TarHeader.BLOCK;
            extend(flag, block(Math.toIntExact(size)), local);
        }
    }

    private void extend(char flag, byte[] bytes, Map<String, byte[]> local) throws RefusedStreamException {
        switch (flag) {
            case 'x' -> PaxRecords.parse(bytes, local);
            case 'g' -> {
                PaxRecords.parse(bytes, global);
                if (global.containsKey("path") || global.containsKey("linkpath") || global.containsKey("size")) {
                    throw new RefusedStreamException("a global header gives one name or size to all entries");
                }
                if (global.size() > 64) {
                    throw new RefusedStreamException("global headers hold more than 64 records");
                }
            }
            default -> local.putIfAbsent(flag == 'L' ? "path" : "linkpath", upToNul(bytes));
        }
    }

    /** Reads contents of the entry; -1 at their end. */
    public int read(byte[] buffer) throws IOException {
        if (contentLeft == 0) {
            return -1;
        }
        int count = in.read(buffer, 0, (int) Math.min(buffer.length, contentLeft));
        if (count < 0) {
            throw truncated();
        }
        contentLeft -= count;
        position += count;
        return count;
    }

    private TarEntry entry(TarHeader header, Map<String, byte[]> local) throws RefusedStreamException {
        var records = new HashMap<>(global);
        records.putAll(local);
        var name = text(records, "path", header.name());
        var type = type(header.flag(), name);
        long size = type == TarEntry.Type.FILE ? number(records, "size", header.number(124, 12)) : 0;
        if (size < 0) {
            throw new RefusedStreamException("entry " + TarEntry.shown(name) + " has a negative size");
        }
        contentLeft = size;
        padding = (int) (-size & (TarHeader.BLOCK - 1));
        return new TarEntry(
                type,
                name,
                target(type, header, records),
                (int) (header.number(100, 8) & 07777),
                number(records, "uid", header.number(108, 8)),
                number(records, "gid", header.number(116, 8)),
                size,
                modified(records, header),
                attributes(records));
    }

    private static String target(TarEntry.Type type, TarHeader header, Map<String, byte[]> records)
            throws RefusedStreamException {
        return switch (type) {
            case HARD_LINK, SYMBOLIC_LINK -> text(records, "linkpath", header.text(157, 100));
            case CHARACTER_DEVICE, BLOCK_DEVICE -> header.number(329, 8) + ":" + header.number(337, 8);
            default -> "";
        };
    }

    private static TarEntry.Type type(char flag, String name) throws RefusedStreamException {
        if (flag == 0 || flag == '7') {
            return name.endsWith("/") ? TarEntry.Type.DIRECTORY : TarEntry.Type.FILE;
        }
        for (var type : TarEntry.Type.values()) {
            if (type.flag() == flag) {
                return type;
            }
        }
        throw new RefusedStreamException("entry " + TarEntry.shown(name) + " has the type "
                + TarEntry.shown(String.valueOf(flag)) + ", which is not accepted; make the archive with "
                + "tar --format=posix, not sparse and in one volume");
    }

    private static SortedMap<String, byte[]> attributes(Map<String, byte[]> records) {
        var attributes = new TreeMap<String, byte[]>();
        records.forEach((key, value) -> {
            if (key.startsWith(PaxRecords.ATTRIBUTE)) {
                attributes.put(key.substring(PaxRecords.ATTRIBUTE.length()), value);
            }
        });
        return attributes;
    }

    private static Instant modified(Map<String, byte[]> records, TarHeader header) throws RefusedStreamException {
        var text = text(records, "mtime", "");
        if (text.isEmpty()) {
            return Instant.ofEpochSecond(Math.min(Math.max(header.number(136, 12), 0), LAST_SECOND));
        }
        if (!text.matches("-?[0-9]{1,18}(\\.[0-9]{0,30})?")) {
            throw new RefusedStreamException("a modification time is " + TarEntry.shown(text));
        }
        if (text.startsWith("-")) {
            return Instant.EPOCH;
        }
        int dot = text.indexOf('.');
        long seconds = Long.parseLong(dot < 0 ? text : text.substring(0, dot));
        var fraction = (dot < 0 ? "" : text.substring(dot + 1)) + "000000000";
        return Instant.ofEpochSecond(Math.min(seconds, LAST_SECOND), Long.parseLong(fraction.substring(0, 9)));
    }

    private static String text(Map<String, byte[]> records, String key, String otherwise) {
        var value = records.get(key);
        return value == null ? otherwise : new String(value, StandardCharsets.ISO_8859_1);
    }

    private static long number(Map<String, byte[]> records, String key, long otherwise) throws RefusedStreamException {
        var text = text(records, key, "");
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw new RefusedStreamException("an extended header gives " + TarEntry.shown(text) + " as " + key);
        }
        return Long.parseLong(text);
    }

    private @Nullable TarHeader header() throws IOException {
        var header = new TarHeader(block(TarHeader.BLOCK));
        if (header.isEndMark()) {
            return null;
        }
        if (!header.hasValidChecksum()) {
            throw new RefusedStreamException("the header at byte " + (position - TarHeader.BLOCK)
                    + " has a wrong checksum: not a tar archive, or damaged");
        }
        return header;
    }

    /** Reads the bytes, and skips the padding after them. */
    private byte[] block(int size) throws IOException {
        var bytes = in.readNBytes(size);
        int pad = -size & (TarHeader.BLOCK - 1);
        if (bytes.length < size || in.readNBytes(pad).length < pad) {
            throw truncated();
        }
        position += size + pad;
        return bytes;
    }

    private void skipContents() throws IOException {
        try {
            in.skipNBytes(contentLeft + padding);
        } catch (EOFException e) {
            throw truncated();
        }
        position += contentLeft + padding;
        contentLeft = 0;
        padding = 0;
    }

    private RefusedStreamException truncated() {
        return new RefusedStreamException(
                position == 0
                        ? "not a tar archive: it ends within the " + TarHeader.BLOCK + " bytes of a first header"
                        : "the archive ends before its end mark: it was cut off; send it again");
    }

    private static byte[] upToNul(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return java.util.Arrays.copyOf(bytes, end);
    }
}
