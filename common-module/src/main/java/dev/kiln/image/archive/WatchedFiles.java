package dev.kiln.image.archive;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the contents of some files of a tar archive whose bytes pass in pieces of any length. It never stops the
 * stream: if it cannot follow the archive, it keeps nothing.
 */
public final class WatchedFiles {

    private static final int MOST_RECORDS = 1 << 20;

    // The memory for a kept file beside its name and contents: many empty files need memory too.
    private static final int OVERHEAD = 128;

    private final Predicate<String> wanted;
    private final Map<String, byte[]> found = new TreeMap<>();
    private final Map<String, byte[]> records = new HashMap<>();
    private final byte[] header = new byte[TarHeader.BLOCK];
    private int filled;
    private @Nullable Entry entry;
    private long room;
    private boolean lost;

    /**
     * Names are written like {@code etc/passwd}.
     *
     * @param most limit for the names and contents of all kept files, in bytes; beyond it nothing is kept
     */
    public WatchedFiles(Predicate<String> wanted, int most) {
        this.wanted = wanted;
        this.room = most;
    }

    /** The part after a header: contents of a known size, then zeros up to the next block. */
    private static final class Entry {

        private final boolean records;
        private final @Nullable String kept;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private long content;
        private long blocks;

        Entry(boolean records, @Nullable String kept, long size) {
            this.records = records;
            this.kept = kept;
            this.content = size;
            this.blocks = (size + TarHeader.BLOCK - 1) / TarHeader.BLOCK * TarHeader.BLOCK;
        }
    }

    /** Takes the next bytes. */
    public void take(byte[] bytes, int length) {
        try {
            int at = 0;
            while (at < length && !lost) {
                at += entry == null ? header(bytes, at, length - at) : content(entry, bytes, at, length - at);
            }
        } catch (RefusedStreamException e) {
            lost = true;
        }
    }

    /** The contents by name; empty when the archive could not be followed. */
    public Map<String, byte[]> found() {
        return lost ? Map.of() : found;
    }

    /** Whether the archive could not be followed, or the files exceeded the limit. */
    public boolean isLost() {
        return lost;
    }

    private int header(byte[] bytes, int at, int available) throws RefusedStreamException {
        int part = Math.min(available, TarHeader.BLOCK - filled);
        System.arraycopy(bytes, at, header, filled, part);
        filled += part;
        if (filled == TarHeader.BLOCK) {
            filled = 0;
            begin(new TarHeader(header));
        }
        return part;
    }

    private void begin(TarHeader block) throws RefusedStreamException {
        if (block.isEndMark()) {
            return;
        }
        if (!block.hasValidChecksum()) {
            throw new RefusedStreamException("a header has a wrong checksum");
        }
        boolean extension = block.flag() == 'x';
        long size = extension ? block.number(124, 12) : size(block);
        var kept = extension || !isFile(block) ? null : name(block);
        if (kept != null && !wanted.test(kept)) {
            kept = null;
        }
        if (size < 0 || (extension && size > MOST_RECORDS) || (kept != null && size > room)) {
            throw new RefusedStreamException("more than is kept");
        }
        room -= kept == null ? 0 : size + kept.length() + OVERHEAD;
        var begun = new Entry(extension, kept, size);
        entry = begun;
        if (size == 0) {
            end(begun);
        }
    }

    private static boolean isFile(TarHeader block) {
        return block.flag() == '0' || block.flag() == '\0';
    }

    private long size(TarHeader block) throws RefusedStreamException {
        var record = records.get("size");
        if (record == null) {
            return block.number(124, 12);
        }
        var text = new String(record, StandardCharsets.ISO_8859_1);
        if (!text.matches("[0-9]{1,18}")) {
            throw new RefusedStreamException("a record is not a size");
        }
        return Long.parseLong(text);
    }

    private String name(TarHeader block) {
        var record = records.get("path");
        var name = record == null ? block.name() : new String(record, StandardCharsets.ISO_8859_1);
        return name.startsWith("./") ? name.substring(2) : name;
    }

    private int content(Entry here, byte[] bytes, int at, int available) throws RefusedStreamException {
        int part = (int) Math.min(available, here.blocks);
        int own = (int) Math.min(part, here.content);
        if (here.records || here.kept != null) {
            here.bytes.write(bytes, at, own);
        }
        here.content -= own;
        here.blocks -= part;
        if (here.blocks == 0) {
            end(here);
        }
        return part;
    }

    private void end(Entry here) throws RefusedStreamException {
        entry = null;
        if (here.records) {
            PaxRecords.parse(here.bytes.toByteArray(), records);
            return;
        }
        if (here.kept != null) {
            found.put(here.kept, here.bytes.toByteArray());
        }
        records.clear();
    }
}
