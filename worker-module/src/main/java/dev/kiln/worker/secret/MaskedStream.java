package dev.kiln.worker.secret;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Passes a stream on with each secret replaced by three stars, however the stream is cut into pieces. What could be the
 * beginning of a secret is held back until that is known; that is never more than the longest secret and its line ends.
 */
public final class MaskedStream {

    /** Takes the masked stream. */
    @FunctionalInterface
    public interface Sink {
        void take(byte[] bytes, int length) throws IOException;
    }

    // A secret may be broken by this many line ends in a row. More of them end it, which limits what is held back.
    private static final int MOST_LINE_ENDS = 4;

    private final Secrets secrets;
    private final Sink sink;
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();
    private byte[] held = new byte[256];
    private BitSet hidden = new BitSet();
    private int size;
    private int state;
    private int lineEnds;
    // The last thing passed on was the mask of a secret that may go on.
    private boolean hiding;

    public MaskedStream(Secrets secrets, Sink sink) {
        this.secrets = secrets;
        this.sink = sink;
    }

    /** Takes the next bytes. */
    public synchronized void take(byte[] bytes, int length) throws IOException {
        if (secrets.isEmpty()) {
            sink.take(bytes, length);
            return;
        }
        for (int at = 0; at < length; ) {
            int end = state == 0 ? begin(bytes, at, length) : at;
            if (end > at) {
                release(size);
                hiding = false;
                passed.write(bytes, at, end - at);
                at = end;
            } else {
                add(bytes[at++]);
            }
        }
        release(size - back(secrets.depth(state)));
        pass();
    }

    /**
     * Passes on what was held back, because the stream ends or something else comes between. A part of a secret that is
     * too long to be chance is masked although it is incomplete.
     */
    public synchronized void end() throws IOException {
        if (secrets.depth(state) >= Forms.SHORTEST) {
            hide(secrets.depth(state));
        }
        release(size);
        pass();
        state = 0;
        lineEnds = 0;
        hiding = false;
    }

    /** The index of the next byte that can begin a secret. */
    private int begin(byte[] bytes, int from, int length) {
        int at = from;
        while (at < length && !secrets.begin(bytes[at])) {
            at++;
        }
        return at;
    }

    private void add(byte next) {
        if (size == held.length) {
            release(size - back(secrets.depth(state)));
            held = size > held.length / 2 ? Arrays.copyOf(held, held.length * 2) : held;
        }
        held[size++] = next;
        if (isLineEnd(next)) {
            lineEnds++;
            state = lineEnds > MOST_LINE_ENDS ? 0 : state;
            return;
        }
        lineEnds = 0;
        state = secrets.next(state, next);
        if (secrets.matched(state) > 0) {
            hide(secrets.matched(state));
        }
    }

    private static boolean isLineEnd(byte one) {
        return one == '\n' || one == '\r';
    }

    private void hide(int characters) {
        int end = size;
        while (end > 0 && isLineEnd(held[end - 1])) {
            end--;
        }
        hidden.set(size - back(characters), end);
    }

    /** How many of the held bytes the last characters make up, including line ends between and after them. */
    private int back(int characters) {
        int at = size;
        for (int left = characters; left > 0 && at > 0; ) {
            at--;
            left -= isLineEnd(held[at]) ? 0 : 1;
        }
        return size - at;
    }

    private void release(int count) {
        for (int at = 0; at < count; at++) {
            if (!hidden.get(at)) {
                passed.write(held[at]);
            } else if (!hiding) {
                passed.writeBytes(Secrets.MASK);
            }
            hiding = hidden.get(at);
        }
        System.arraycopy(held, count, held, 0, size - count);
        hidden = hidden.get(count, Math.max(count, hidden.length()));
        size -= count;
    }

    private void pass() throws IOException {
        if (passed.size() > 0) {
            var bytes = passed.toByteArray();
            passed.reset();
            sink.take(bytes, bytes.length);
        }
    }
}
