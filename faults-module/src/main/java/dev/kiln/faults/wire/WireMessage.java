package dev.kiln.faults.wire;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** One message of PostgreSQL's protocol, version 3: a letter and a body. */
final class WireMessage {

    static final char PARSE = 'P';
    static final char BIND = 'B';
    static final char EXECUTE = 'E';
    static final char QUERY = 'Q';
    static final char READY_FOR_QUERY = 'Z';

    private static final int LARGEST = 1 << 28;

    private final char type;
    private final byte[] body;

    private WireMessage(char type, byte[] body) {
        this.type = type;
        this.body = body;
    }

    char type() {
        return type;
    }

    static WireMessage read(DataInputStream in) throws IOException {
        var type = (char) in.readUnsignedByte();
        var length = in.readInt() - 4;
        if (length < 0 || length > LARGEST) {
            throw new IOException("not a message of PostgreSQL's protocol: " + type + " of " + length + " bytes");
        }
        return new WireMessage(type, in.readNBytes(length));
    }

    void write(DataOutputStream out) throws IOException {
        out.writeByte(type);
        out.writeInt(body.length + 4);
        out.write(body);
    }

    /** The text that begins at the offset and ends with a zero byte. */
    String text(int offset) {
        var end = offset;
        while (end < body.length && body[end] != 0) {
            end++;
        }
        return new String(body, offset, end - offset, StandardCharsets.UTF_8);
    }

    /** The body as characters, to search it for ids. */
    String letters() {
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    /** This Parse message with another statement text. */
    WireMessage withSql(String name, String sql) {
        var begin = name.getBytes(StandardCharsets.UTF_8).length + 1;
        var rest = begin + text(begin).getBytes(StandardCharsets.UTF_8).length;
        var words = sql.getBytes(StandardCharsets.UTF_8);
        var changed = ByteBuffer.allocate(begin + words.length + body.length - rest);
        changed.put(body, 0, begin).put(words).put(body, rest, body.length - rest);
        return new WireMessage(type, changed.array());
    }
}
