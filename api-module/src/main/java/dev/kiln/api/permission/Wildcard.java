package dev.kiln.api.permission;

/** A pattern of a policy: {@code *} stands for any number of any characters, {@code ?} for any one. */
public final class Wildcard {

    private static final int ASCII = 128;

    private final String pattern;
    private final int words;
    // Bits are numbers of characters of the pattern that are matched already; a star is none of them. Three sets of
    // such bits, in as many words as they need: from where a character leads on, for each; from where any other does;
    // and where a star stays.
    private final long[] leads;
    private final long[] leadsAny;
    private final long[] stays;
    private final int end;

    public Wildcard(String pattern) {
        this.pattern = pattern;
        this.words = pattern.length() / Long.SIZE + 1;
        this.leads = new long[ASCII * words];
        this.leadsAny = new long[words];
        this.stays = new long[words];
        int matched = 0;
        for (int at = 0; at < pattern.length(); at++) {
            var bit = 1L << matched;
            int word = matched / Long.SIZE;
            char wanted = pattern.charAt(at);
            if (wanted == '*') {
                stays[word] |= bit;
                continue;
            }
            if (wanted == '?') {
                leadsAny[word] |= bit;
            } else if (wanted < ASCII) {
                leads[wanted * words + word] |= bit;
            } else {
                throw new IllegalArgumentException("pattern \"" + pattern + "\" has other characters than ASCII");
            }
            matched++;
        }
        this.end = matched;
    }

    public String pattern() {
        return pattern;
    }

    /**
     * Whether it matches the whole text. It looks at each character once and follows all ways to match at the same
     * time, so that no pattern, however hostile, takes longer than the text is long.
     */
    public boolean matches(CharSequence text) {
        var reached = new long[words];
        reached[0] = 1;
        for (int at = 0; at < text.length(); at++) {
            char given = text.charAt(at);
            long carried = 0;
            long left = 0;
            for (int word = 0; word < words; word++) {
                long leading = leadsAny[word] | (given < ASCII ? leads[given * words + word] : 0);
                long led = reached[word] & leading;
                long next = (led << 1) | carried | (reached[word] & stays[word]);
                carried = led >>> (Long.SIZE - 1);
                reached[word] = next;
                left |= next;
            }
            if (left == 0) {
                return false;
            }
        }
        return (reached[end / Long.SIZE] & (1L << end)) != 0;
    }
}
