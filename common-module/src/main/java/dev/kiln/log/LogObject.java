package dev.kiln.log;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The storage form of a log in a region: for each piece its offset, its time in milliseconds, its length and its bytes,
 * then an offset of -1; all of it compressed with zstd.
 */
final class LogObject {

    private static final long END = -1;
    private static final int LONGEST_PIECE = 1 << 20;
    private static final int LEVEL = 6;

    private LogObject() {}

    static byte[] of(List<LogPiece> pieces) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(new ZstdOutputStream(bytes, LEVEL))) {
            for (var piece : pieces) {
                out.writeLong(piece.first());
                out.writeLong(piece.at().toEpochMilli());
                out.writeInt(piece.content().length);
                out.write(piece.content());
            }
            out.writeLong(END);
        }
        return bytes.toByteArray();
    }

    /** The pieces that contain output after an offset, in order, until they add up to this number of bytes. */
    static List<LogPiece> read(InputStream object, long offset, long most) throws IOException {
        var pieces = new ArrayList<LogPiece>();
        try (var in = new DataInputStream(new ZstdInputStream(object))) {
            long bytes = 0;
            for (var first = in.readLong(); first != END && bytes < most; first = in.readLong()) {
                var at = Instant.ofEpochMilli(in.readLong());
                int length = in.readInt();
                if (length < 0 || length > LONGEST_PIECE) {
                    throw new IOException("a piece of the log says that it has " + length + " bytes");
                }
                var content = in.readNBytes(length);
                if (first + length > offset) {
                    pieces.add(new LogPiece(first, content, at));
                    bytes += length;
                }
            }
        }
        return pieces;
    }
}
