package dev.kiln.region;

import java.util.regex.Pattern;

/** The name of a region, for example {@code cn-hangzhou}: 1 to 40 lower-case letters, digits and dashes. */
public record RegionId(String value) {

    // The name is also the name of a directory, so it allows nothing that has a meaning in a path.
    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

    public RegionId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("region \"" + value + "\" is not 1 to 40 of a-z, 0-9 and dash");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
