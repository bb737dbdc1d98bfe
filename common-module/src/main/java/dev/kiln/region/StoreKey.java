package dev.kiln.region;

import java.util.regex.Pattern;

/**
 * The name of an object in a region: parts of letters, digits, dots, dashes and underscores, joined by slashes; no part
 * begins with a dot, so that no key leaves the region.
 */
public record StoreKey(String value) {

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");

    public StoreKey {
        if (!isKey(value)) {
            throw new IllegalArgumentException("store key \"" + value + "\" is not made of plain parts and slashes");
        }
    }

    static boolean isKey(String text) {
        return FORM.matcher(text).matches();
    }

    @Override
    public String toString() {
        return value;
    }
}
