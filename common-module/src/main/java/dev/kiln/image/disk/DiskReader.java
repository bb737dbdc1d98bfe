package dev.kiln.image.disk;

import dev.kiln.image.archive.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Reads pieces of a disk, or of the file that contains one; refuses offsets outside of it. */
public final class DiskReader {

    private final ByteSource source;
    private final long length;

    public DiskReader(ByteSource source, long length) {
        this.source = source;
        this.length = length;
    }

    public long length() {
        return length;
    }

    /** This number of bytes from the offset on, in big-endian order. */
    ByteBuffer at(long offset, int count) throws IOException, DiskRefusedException {
        if (offset < 0 || offset > length - count) {
            throw new DiskRefusedException(
                    "the disk ends at byte " + length + ", before what it says is at byte " + offset);
        }
        try (var in = source.open(offset)) {
            var bytes = in.readNBytes(count);
            if (bytes.length < count) {
                throw new IOException("the disk ended before byte " + (offset + count));
            }
            return ByteBuffer.wrap(bytes);
        }
    }

    /** This number of bytes from the offset on, in little-endian order. */
    ByteBuffer littleAt(long offset, int count) throws IOException, DiskRefusedException {
        return at(offset, count).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** This part of the disk as a disk of its own. */
    DiskReader part(long offset, long bytes) {
        return new DiskReader(inner -> source.open(offset + inner), Math.min(bytes, length - offset));
    }

    /** Whether the text is at the index. */
    static boolean says(ByteBuffer bytes, int index, String text) {
        var wanted = text.getBytes(StandardCharsets.ISO_8859_1);
        if (index + wanted.length > bytes.limit()) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (bytes.get(index + i) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    /** The text up to a NUL or the end of its field, for messages and comparisons; without control characters. */
    static String text(ByteBuffer bytes, int index, int count) {
        var text = new StringBuilder();
        for (int i = 0; i < count && bytes.get(index + i) != 0; i++) {
            char c = (char) (bytes.get(index + i) & 0xff);
            if (c >= ' ' && c != 0x7f) {
                text.append(c);
            }
        }
        return text.toString().strip();
    }

    /** The 16 bytes at the index, written as a UUID. */
    static String uuid(ByteBuffer bytes, int index) {
        var big = bytes.duplicate(); // big-endian
        return new UUID(big.getLong(index), big.getLong(index + 8)).toString();
    }
}
