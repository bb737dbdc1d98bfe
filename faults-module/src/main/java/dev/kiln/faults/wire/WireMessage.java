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

    private static final char ERROR = 'E';
    private static final char COMMAND_COMPLETE = 'C';
    private static final char IDLE = 'I';

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

    /** Whether the server says with it that no transaction is open: what was written before is committed, or undone. */
    boolean endsTransaction() {
        return type == READY_FOR_QUERY && body.length > 0 && body[0] == IDLE;
    }

    /** Whether the server says with it that a statement failed. */
    boolean refuses() {
        return type == ERROR;
    }

    /** Whether the server says with it that a transaction was undone. */
    boolean rollsBack() {
        return type == COMMAND_COMPLETE && text(0).equals("ROLLBACK");
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
