package dev.kiln.image.archive;

import java.nio.charset.StandardCharsets;

/** One header block of 512 bytes, read field by field. */
final class TarHeader {

    static final int BLOCK = 512;

    private final byte[] block;

    TarHeader(byte[] block) {
        this.block = block;
    }

    boolean isEndMark() {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** False also where no number stands in its place, as in what is no archive at all. */
    boolean hasValidChecksum() {
        int unsigned = 0;
        int signed = 0;
        for (int i = 0; i < BLOCK; i++) {
            byte b = i >= 148 && i < 156 ? (byte) ' ' : block[i];
            unsigned += b & 0xff;
            signed += b;
        }
        try {
            long stored = number(148, 8);
            return stored == unsigned || stored == signed;
        } catch (RefusedStreamException e) {
            return false;
        }
    }

    char flag() {
        return (char) (block[156] & 0xff);
    }

    /**
     * The name, with the prefix that ustar keeps in a field of its own; GNU archives use that field for other things.
     */
    String name() {
        var name = text(0, 100);
        boolean ustar = "ustar\0".equals(new String(block, 257, 6, StandardCharsets.ISO_8859_1));
        var prefix = ustar ? text(345, 155) : "";
        return prefix.isEmpty() ? name : prefix + '/' + name;
    }

    String text(int offset, int length) {
        int end = offset;
        while (end < offset + length && block[end] != 0) {
            end++;
        }
        return new String(block, offset, end - offset, StandardCharsets.ISO_8859_1);
    }

    /** A number in octal digits, or in base 256 when the first bit is set. */
    long number(int offset, int length) throws RefusedStreamException {
        if ((block[offset] & 0x80) != 0) {
            return binary(offset, length);
        }
        var digits = text(offset, length).strip();
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 7) {
                throw new RefusedStreamException("a header holds " + TarEntry.shown(digits) + " where an octal number "
                        + "belongs; the archive is damaged");
            }
            value = value * 8 + digit;
        }
        return value;
    }

    private long binary(int offset, int length) throws RefusedStreamException {
        boolean negative = (block[offset] & 0x40) != 0;
        long value = negative ? -1 : 0;
        for (int i = 0; i < length; i++) {
            int b = block[offset + i] & (i == 0 && !negative ? 0x7f : 0xff);
            if (value > Long.MAX_VALUE >> 9 || value < Long.MIN_VALUE >> 9) {
                throw new RefusedStreamException("a header holds a number of more than 63 bits");
            }
            value = (value << 8) | b;
        }
        return value;
    }
}
