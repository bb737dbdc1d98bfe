package dev.kiln.component;

import java.util.Optional;
import java.util.regex.Pattern;

/** A component's version, {@code major.minor.patch}; each part has at most six digits. */
public record ComponentVersion(int major, int minor, int patch) {

    /** The highest value of a part. */
    public static final int HIGHEST = 999_999;

    private static final Pattern FORM =
            Pattern.compile("(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})");

    /** The version written in a text; empty when it is not one. */
    public static Optional<ComponentVersion> parse(String text) {
        var parts = FORM.matcher(text);
        return parts.matches()
                ? Optional.of(new ComponentVersion(
                        Integer.parseInt(parts.group(1)),
                        Integer.parseInt(parts.group(2)),
                        Integer.parseInt(parts.group(3))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
