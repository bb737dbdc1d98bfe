package dev.kiln.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Counts for which processors the programs of an image are: it is for that of most of them. Some have a few of others,
 * such as emulators.
 */
public final class Programs {

    private static final Set<String> DIRECTORIES = Set.of("bin", "sbin", "usr/bin", "usr/sbin");
    private static final int MAGIC = 0x7f454c46;
    private static final int BYTE_ORDER = 5;
    private static final int LITTLE_ENDIAN = 1;
    private static final int MACHINE = 18;

    private final Map<Integer, Integer> seen = new HashMap<>();

    /** Whether a file of this path, without a slash in front, may be one. */
    public static boolean mayBe(String path) {
        return DIRECTORIES.contains(path.substring(0, Math.max(0, path.lastIndexOf('/'))));
    }

    /** Sees the first bytes of a file; what is no program is not counted. */
    public void see(byte[] head) {
        if (head.length < Architecture.HEAD || ByteBuffer.wrap(head).getInt() != MAGIC) {
            return;
        }
        var order = head[BYTE_ORDER] == LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        seen.merge((int) ByteBuffer.wrap(head).order(order).getShort(MACHINE), 1, Integer::sum);
    }

    /** What most are for; nothing when there are none, or Kiln has no word for it. */
    public Optional<Architecture> architecture() {
        return seen.entrySet().stream()
                .max(Map.Entry.<Integer, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .flatMap(most -> Architecture.of(most.getKey()));
    }
}
