package dev.kiln.worker.stage;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The end of a log that is not stored yet: bytes and marks, by their offset in the whole log. */
final class PendingOutput {

    private static final int LONGEST_CHARACTER = 4;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<LogMark> marks = new ArrayList<>();
    private long first;

    PendingOutput(long first) {
        this.first = first;
    }

    /** Offset of the first byte that is not stored. */
    long first() {
        return first;
    }

    /** Offset behind the last byte. */
    long end() {
        return first + bytes.size();
    }

    int size() {
        return bytes.size();
    }

    void add(byte[] more, int length) {
        bytes.write(more, 0, length);
    }

    void add(LogMark mark) {
        marks.add(mark);
    }

    /** A piece of a log and the marks that are written with it. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares chunks.
    record Chunk(long first, byte[] content, List<LogMark> marks) {

        long end() {
            return first + content.length;
        }
    }

    /** The first bytes, at most this many, cut between characters; they stay in the buffer. */
    Chunk head(int atMost) {
        var all = bytes.toByteArray();
        var content = Arrays.copyOf(all, wholeCharacters(all, Math.min(atMost, all.length)));
        return new Chunk(
                first,
                content,
                marks.stream()
                        .filter(mark -> mark.first() < first + content.length)
                        .toList());
    }

    /** Everything, in chunks of at most this many bytes. */
    List<Chunk> rest(int atMost) {
        var chunks = new ArrayList<Chunk>();
        var left = new PendingOutput(first);
        left.add(bytes.toByteArray(), bytes.size());
        left.marks.addAll(marks);
        while (left.size() > 0) {
            var chunk = left.head(atMost);
            // The last bytes may be an incomplete character.
            chunk = chunk.content.length > 0
                    ? chunk
                    : new Chunk(left.first, left.bytes.toByteArray(), List.copyOf(left.marks));
            chunks.add(chunk);
            left.forgetBefore(chunk.end());
            left.forget(chunk.marks());
        }
        return chunks;
    }

    /** Forgets everything before the offset: it is stored, or will not be. */
    void forgetBefore(long offset) {
        var all = bytes.toByteArray();
        var gone = (int) Math.min(all.length, offset - first);
        bytes.reset();
        bytes.write(all, gone, all.length - gone);
        first += gone;
    }

    /** Forgets the marks that were written with a chunk, including those of lines that were left out. */
    void forget(List<LogMark> written) {
        marks.removeAll(written);
    }

    /** Keeps only about this many of the last bytes, from the beginning of a line if possible. */
    void keepLast(int about) {
        if (bytes.size() <= about) {
            return;
        }
        var all = bytes.toByteArray();
        int from = beginOfCharacter(all, all.length - about);
        for (int at = from; at < all.length; at++) {
            if (all[at] == '\n' && at + 1 < all.length) {
                from = at + 1;
                break;
            }
        }
        forgetBefore(first + from);
    }

    /** Behind the rest of a character that begins before. */
    private static int beginOfCharacter(byte[] text, int at) {
        int begin = at;
        while (begin < Math.min(text.length, at + LONGEST_CHARACTER - 1) && (text[begin] & 0xC0) == 0x80) {
            begin++;
        }
        return begin;
    }

    /** How many of the first bytes are whole characters; all that were asked for where no character is cut. */
    static int wholeCharacters(byte[] text, int atMost) {
        for (int at = atMost - 1; at >= Math.max(0, atMost - LONGEST_CHARACTER); at--) {
            int lead = text[at] & 0xFF;
            if (lead < 0x80) {
                return atMost;
            }
            if (lead >= 0xC0) {
                int needs = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
                return at + needs > atMost ? at : atMost;
            }
        }
        return atMost;
    }
}
