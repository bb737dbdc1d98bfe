package dev.kiln.image.archive;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;

/** The records of a pax extended header: {@code "length key=value\n"}, values as bytes. */
final class PaxRecords {

    static final String ATTRIBUTE = "SCHILY.xattr.";

    private PaxRecords() {}

    /** Adds the records to existing ones; as pax defines it, an empty value removes the key. */
    static void parse(byte[] bytes, Map<String, byte[]> into) throws RefusedStreamException {
        int at = 0;
        while (at < bytes.length) {
            int space = indexOf(bytes, ' ', at, Math.min(bytes.length, at + 12));
            int end = space < 0 ? -1 : at + length(bytes, at, space);
            int equals = end <= space || end > bytes.length ? -1 : indexOf(bytes, '=', space + 1, end);
            if (equals < 0 || bytes[end - 1] != '\n') {
                throw new RefusedStreamException("an extended header is malformed; make the archive anew");
            }
            var key = new String(bytes, space + 1, equals - space - 1, StandardCharsets.ISO_8859_1);
            put(into, key, java.util.Arrays.copyOfRange(bytes, equals + 1, end - 1));
            at = end;
        }
    }

    private static void put(Map<String, byte[]> into, String key, byte[] value) throws RefusedStreamException {
        if (key.startsWith("GNU.sparse.")) {
            throw new RefusedStreamException("sparse files are not accepted; make the archive without --sparse");
        }
        if (value.length == 0 && !key.startsWith(ATTRIBUTE)) {
            into.remove(key);
        } else {
            into.put(key, value);
        }
    }

    private static int length(byte[] bytes, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return -1;
            }
            value = Math.min(value * 10 + bytes[i] - '0', 100_000_000);
        }
        return value;
    }

    private static int indexOf(byte[] bytes, char wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    /** The records of one entry as bytes, sorted by key. */
    static byte[] format(SortedMap<String, byte[]> records) {
        var out = new java.io.ByteArrayOutputStream();
        records.forEach((key, value) -> {
            var name = key.getBytes(StandardCharsets.ISO_8859_1);
            int rest = name.length + value.length + 3;
            int length = rest + Integer.toString(rest).length();
            length = rest + Integer.toString(length).length();
            out.writeBytes((length + " ").getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(name);
            out.write('=');
            out.writeBytes(value);
            out.write('\n');
        });
        return out.toByteArray();
    }
}
