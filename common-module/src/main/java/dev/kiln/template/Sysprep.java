package dev.kiln.template;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a build on a disk takes away at its end, because it belongs to one machine; the database repeats the names. */
public enum Sysprep {
    /** /etc/machine-id is emptied, so that each machine gets one of its own at its first boot. */
    MACHINE_ID,
    SSH_HOST_KEYS,
    /** What cloud-init remembers, so that it takes the next boot for the first one of a machine. */
    CLOUD_INIT,
    /** Logs are emptied, and old ones removed. */
    LOGS,
    /** Package lists and packages that apt has fetched. */
    APT_LISTS,
    RANDOM_SEED;

    /** For example {@code machine-id}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** That of a word. */
    public static Optional<Sysprep> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }
}
