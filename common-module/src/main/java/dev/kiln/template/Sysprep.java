package dev.kiln.template;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Machine-specific data that a build on a disk removes at its end; the database repeats the names. */
public enum Sysprep {
    /** /etc/machine-id is emptied, so that each machine gets one of its own at its first boot. */
    MACHINE_ID,
    SSH_HOST_KEYS,
    /** cloud-init's state, so that it takes the next boot for a machine's first one. */
    CLOUD_INIT,
    /** Logs are emptied, and old ones removed. */
    LOGS,
    /** Package lists and packages that apt has downloaded. */
    APT_LISTS,
    RANDOM_SEED;

    /** Its name, for example {@code machine-id}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The one of this name. */
    public static Optional<Sysprep> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }
}
