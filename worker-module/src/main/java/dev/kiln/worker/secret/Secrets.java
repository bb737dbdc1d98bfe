package dev.kiln.worker.secret;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * The secrets of one run as an automaton that finds all of them in a stream at once, byte by byte (Aho-Corasick). Line
 * ends are ignored, so a secret is also found where long lines are broken.
 */
public final class Secrets {

    /** No secrets. */
    public static final Secrets NONE = new Secrets(List.of());

    static final byte[] MASK = "***".getBytes(StandardCharsets.US_ASCII);

    private static final int ROOT = 0;

    // A state stands for the beginning of a form. The edges are in one open-addressing table, since most states have a
    // single edge.
    private final long[] edges;
    private final int[] targets;
    private final int[] fallback;
    private final int[] depth;
    private final int[] matched;
    private final boolean[] begins = new boolean[256];
    private int states = 1;

    private Secrets(Collection<byte[]> forms) {
        int most = 1 + forms.stream().mapToInt(form -> form.length).sum();
        this.edges = new long[Integer.highestOneBit(most) * 4];
        this.targets = new int[edges.length];
        this.fallback = new int[most];
        this.depth = new int[most];
        this.matched = new int[most];
        Arrays.fill(edges, -1);
        forms.forEach(this::add);
        connect(forms);
    }

    /** Finds these values in all their forms. */
    public static Secrets of(Collection<String> values) {
        return values.isEmpty()
                ? NONE
                : new Secrets(values.stream()
                        .flatMap(value -> Forms.of(value).stream())
                        .distinct()
                        .map(form -> form.getBytes(StandardCharsets.UTF_8))
                        .toList());
    }

    private void add(byte[] form) {
        begins[form[0] & 0xFF] = true;
        int state = ROOT;
        for (byte next : form) {
            int slot = slot(state, next);
            if (edges[slot] < 0) {
                edges[slot] = edge(state, next);
                targets[slot] = states;
                depth[states] = depth[state] + 1;
                states++;
            }
            state = targets[slot];
        }
        matched[state] = form.length;
    }

    /** Sets the fallback of each state, shorter ones first: the longest other state that its text ends with. */
    private void connect(Collection<byte[]> forms) {
        int longest = forms.stream().mapToInt(form -> form.length).max().orElse(0);
        var reached = forms.stream().mapToInt(form -> ROOT).toArray();
        for (int at = 0; at < longest; at++) {
            int which = 0;
            for (var form : forms) {
                if (at < form.length) {
                    int parent = reached[which];
                    int state = targets[slot(parent, form[at])];
                    fallback[state] = parent == ROOT ? ROOT : next(fallback[parent], form[at]);
                    matched[state] = Math.max(matched[state], matched[fallback[state]]);
                    reached[which] = state;
                }
                which++;
            }
        }
    }

    private static long edge(int state, byte next) {
        return ((long) state << 8) | (next & 0xFF);
    }

    private int slot(int state, byte next) {
        long wanted = edge(state, next);
        int slot = (int) ((wanted * 0x9E3779B97F4A7C15L) >>> 40) & (edges.length - 1);
        while (edges[slot] >= 0 && edges[slot] != wanted) {
            slot = (slot + 1) & (edges.length - 1);
        }
        return slot;
    }

    /** Whether any of them begins with the byte. */
    boolean begin(byte first) {
        return begins[first & 0xFF];
    }

    /** The state after one more byte. */
    int next(int from, byte next) {
        int state = from;
        while (true) {
            int slot = slot(state, next);
            if (edges[slot] >= 0) {
                return targets[slot];
            }
            if (state == ROOT) {
                return ROOT;
            }
            state = fallback[state];
        }
    }

    /** How many of the last bytes may be the beginning of a secret. */
    int depth(int state) {
        return depth[state];
    }

    /** How many of the last bytes are a secret; the longest, if several match. */
    int matched(int state) {
        return matched[state];
    }

    /** Whether there are no secrets. */
    public boolean isEmpty() {
        return states == 1;
    }

    /** The text with the secrets masked. */
    public String masked(String text) {
        if (isEmpty()) {
            return text;
        }
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var out = new ByteArrayOutputStream();
        try {
            var stream = new MaskedStream(this, (piece, length) -> out.write(piece, 0, length));
            stream.take(bytes, bytes.length);
            stream.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Whether the text contains any of the secrets. */
    public boolean areIn(String text) {
        return !masked(text).equals(text);
    }
}
