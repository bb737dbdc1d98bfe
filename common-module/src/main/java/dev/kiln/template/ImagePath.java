package dev.kiln.template;

import java.util.ArrayDeque;
import java.util.Optional;

/** Paths within an image, resolved by their text only. */
public final class ImagePath {

    private ImagePath() {}

    /** The absolute form of a path in a directory; empty when its {@code ..} would leave the root. */
    public static Optional<String> resolve(String directory, String path) {
        var parts = new ArrayDeque<String>();
        var whole = path.startsWith("/") ? path : directory + '/' + path;
        for (var part : whole.split("/", -1)) {
            if (part.equals("..")) {
                if (parts.pollLast() == null) {
                    return Optional.empty();
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return Optional.of('/' + String.join("/", parts));
    }
}
