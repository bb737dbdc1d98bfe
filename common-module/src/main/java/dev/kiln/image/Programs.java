package dev.kiln.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Counts which processors the programs of an image are made for: the image's architecture is that of most of them. Some
 * images have a few others, such as emulators.
 */
public final class Programs {

    private static final Set<String> DIRECTORIES = Set.of("bin", "sbin", "usr/bin", "usr/sbin");
    private static final int MAGIC = 0x7f454c46;
    private static final int BYTE_ORDER = 5;
    private static final int LITTLE_ENDIAN = 1;
    private static final int MACHINE = 18;

    private final Map<Integer, Integer> seen = new HashMap<>();

    /** Whether a file at this path, without a leading slash, may be a program. */
    public static boolean mayBe(String path) {
        return DIRECTORIES.contains(path.substring(0, Math.max(0, path.lastIndexOf('/'))));
    }

    /** Takes the first bytes of a file; a file that is not a program does not count. */
    public void see(byte[] head) {
        if (head.length < Architecture.HEAD || ByteBuffer.wrap(head).getInt() != MAGIC) {
            return;
        }
        var order = head[BYTE_ORDER] == LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        seen.merge((int) ByteBuffer.wrap(head).order(order).getShort(MACHINE), 1, Integer::sum);
    }

    /** The architecture of most programs; empty when there are none, or when Kiln has no word for it. */
    public Optional<Architecture> architecture() {
        return seen.entrySet().stream()
                .max(Map.Entry.<Integer, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .flatMap(most -> Architecture.of(most.getKey()));
    }
}
