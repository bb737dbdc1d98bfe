package dev.kiln.image.archive;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Writes a tar archive in posix format: ustar headers, and a pax header before an entry that needs one. */
public final class TarWriter implements Closeable {

    private static final long LARGEST_ID = 07777777;
    private static final long LARGEST_SIZE = 077777777777L;

    private final OutputStream out;

    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /** Writes an entry without contents, or the header of a file whose contents the other methods write next. */
    public void header(TarEntry entry) throws IOException {
        var records = records(entry);
        if (!records.isEmpty()) {
            var bytes = PaxRecords.format(records);
            out.write(block('x', extension(bytes.length)));
            out.write(bytes);
            pad(bytes.length);
        }
        out.write(block(entry.type().flag(), entry));
    }

    private static TarEntry extension(long size) {
        return new TarEntry(TarEntry.Type.FILE, "PaxHeaders/x", "", 0644, 0, 0, size, Instant.EPOCH, new TreeMap<>());
    }

    /** Writes an entry and the contents that the reader is positioned at. */
    public void entry(TarEntry entry, TarReader contents) throws IOException {
        header(entry);
        var buffer = new byte[64 << 10];
        for (int count = contents.read(buffer); count >= 0; count = contents.read(buffer)) {
            out.write(buffer, 0, count);
        }
        pad(entry.size());
    }

    /** Writes a file and its contents, which must have exactly the entry's size. */
    public void entry(TarEntry entry, InputStream contents) throws IOException {
        header(entry);
        long copied = contents.transferTo(out);
        if (copied != entry.size()) {
            throw new IOException("entry " + entry.name() + " has " + copied + " bytes, not " + entry.size());
        }
        pad(copied);
    }

    /** Writes the end mark and closes the stream. */
    @Override
    public void close() throws IOException {
        try (out) {
            out.write(new byte[2 * TarHeader.BLOCK]);
        }
    }

    private void pad(long size) throws IOException {
        out.write(new byte[(int) (-size & (TarHeader.BLOCK - 1))]);
    }

    private static SortedMap<String, byte[]> records(TarEntry entry) {
        var records = new TreeMap<String, byte[]>();
        if (!fits(entry.name())) {
            records.put("path", entry.name().getBytes(StandardCharsets.ISO_8859_1));
        }
        if (!fits(entry.linkTarget())) {
            records.put("linkpath", entry.linkTarget().getBytes(StandardCharsets.ISO_8859_1));
        }
        number(records, "uid", entry.uid(), LARGEST_ID);
        number(records, "gid", entry.gid(), LARGEST_ID);
        number(records, "size", entry.size(), LARGEST_SIZE);
        var time = entry.modified();
        if (time.getNano() != 0 || time.getEpochSecond() > LARGEST_SIZE) {
            var text = time.getEpochSecond() + (time.getNano() == 0 ? "" : "." + nanos(time.getNano()));
            records.put("mtime", text.getBytes(StandardCharsets.US_ASCII));
        }
        entry.attributes().forEach((name, value) -> records.put(PaxRecords.ATTRIBUTE + name, value));
        return records;
    }

    private static String nanos(int nanos) {
        return Integer.toString(1_000_000_000 + nanos).substring(1);
    }

    private static boolean fits(String name) {
        return name.length() <= 100 && name.chars().allMatch(c -> c < 128);
    }

    private static void number(Map<String, byte[]> records, String key, long value, long largest) {
        if (value > largest) {
            records.put(key, Long.toString(value).getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static byte[] block(char flag, TarEntry entry) {
        var block = new byte[TarHeader.BLOCK];
        text(block, 0, 100, entry.name());
        text(block, 157, 100, entry.linkTarget());
        octal(block, 100, 8, entry.mode());
        octal(block, 108, 8, Math.min(entry.uid(), LARGEST_ID));
        octal(block, 116, 8, Math.min(entry.gid(), LARGEST_ID));
        octal(block, 124, 12, Math.min(entry.size(), LARGEST_SIZE));
        octal(block, 136, 12, Math.min(entry.modified().getEpochSecond(), LARGEST_SIZE));
        block[156] = (byte) flag;
        text(block, 257, 8, "ustar\00000");
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        octal(block, 148, 7, sum);
        return block;
    }

    private static void text(byte[] block, int offset, int length, String text) {
        var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, block, offset, Math.min(length, bytes.length));
    }

    private static void octal(byte[] block, int offset, int length, long value) {
        long rest = value;
        for (int i = length - 2; i >= 0; i--) {
            block[offset + i] = (byte) ('0' + (rest & 7));
            rest >>= 3;
        }
        block[offset + length - 1] = 0;
    }
}
