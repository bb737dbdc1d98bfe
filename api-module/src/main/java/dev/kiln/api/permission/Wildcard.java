package dev.kiln.api.permission;

/** A pattern of a policy: {@code *} stands for any number of any characters, {@code ?} for any one. */
public record Wildcard(String pattern) {

    /**
     * Whether it matches the whole text. It never goes back beyond the last star that it reached, so the time is at
     * most the product of the lengths, whatever the pattern.
     */
    public boolean matches(CharSequence text) {
        int next = 0;
        int star = -1;
        int covered = 0;
        for (int at = 0; at < text.length(); ) {
            if (is('*', next)) {
                star = next++;
                covered = at;
            } else if (is('?', next) || is(text.charAt(at), next)) {
                next++;
                at++;
            } else if (star >= 0) {
                next = star + 1;
                at = ++covered;
            } else {
                return false;
            }
        }
        while (is('*', next)) {
            next++;
        }
        return next == pattern.length();
    }

    private boolean is(char wanted, int at) {
        return at < pattern.length() && pattern.charAt(at) == wanted;
    }
}
