package dev.kiln.image.packages;

import java.util.Comparator;

/**
 * A package installed in an image.
 *
 * @param system the package manager: {@code dpkg}, {@code apk} or {@code rpm}
 */
public record InstalledPackage(String system, String name, String version, String architecture)
        implements Comparable<InstalledPackage> {

    private static final Comparator<InstalledPackage> BY_NAME = Comparator.comparing(InstalledPackage::name)
            .thenComparing(InstalledPackage::architecture)
            .thenComparing(InstalledPackage::system)
            .thenComparing(InstalledPackage::version);

    /** What stays the same when the version changes. */
    String identity() {
        return system + "\t" + name + "\t" + architecture;
    }

    @Override
    public int compareTo(InstalledPackage other) {
        return BY_NAME.compare(this, other);
    }
}
