package dev.kiln.worker.engine;

import java.nio.charset.StandardCharsets;

/** Keeps the last bytes of an output. */
final class Tail {

    private static final int LONGEST_REST = 3;

    private final byte[] ring;
    private long count;

    Tail(int size) {
        this.ring = new byte[size];
    }

    void add(byte[] bytes, int length) {
        for (int i = Math.max(0, length - ring.length); i < length; i++) {
            ring[(int) ((count + i) % ring.length)] = bytes[i];
        }
        count += length;
    }

    /** As text, from the beginning of a line if there is one; without control characters other than line ends. */
    String text() {
        int kept = (int) Math.min(count, ring.length);
        var bytes = new byte[kept];
        for (int i = 0; i < kept; i++) {
            bytes[i] = ring[(int) ((count - kept + i) % ring.length)];
        }
        // The rest of a character whose begin is gone is none.
        int begin = 0;
        while (count > kept && begin < Math.min(kept, LONGEST_REST) && (bytes[begin] & 0xC0) == 0x80) {
            begin++;
        }
        var text =
                new String(bytes, begin, kept - begin, StandardCharsets.UTF_8).replaceAll("[\\p{Cntrl}&&[^\n\t]]", "");
        int line = count > kept ? text.indexOf('\n') + 1 : 0;
        return text.substring(line < text.length() ? line : 0).strip();
    }
}
