package dev.kiln.worker.secret;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Passes a stream on with each secret in it replaced by three stars, however it is cut into pieces. What may be the
 * begin of a secret is held back until it is known; that is never more than the longest secret and its line ends.
 */
public final class MaskedStream {

    /** Takes what may be seen. */
    @FunctionalInterface
    public interface Sink {
        void take(byte[] bytes, int length) throws IOException;
    }

    // So many line ends in a row may stand within a secret; more end it, so that what is held back is bounded.
    private static final int MOST_LINE_ENDS = 4;

    private final Secrets secrets;
    private final Sink sink;
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();
    private byte[] held = new byte[256];
    private BitSet hidden = new BitSet();
    private int size;
    private int state;
    private int lineEnds;
    // The last byte that was passed on was one of the stars of a secret that may go on.
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
     * Passes on what was held back: the stream ends, or something else comes between. So much of a secret that it
     * cannot be chance is hidden, although it is not whole.
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

    /** Where the next secret may begin. */
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

    /** How many of the held bytes the last characters are, line ends between and behind them included. */
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
