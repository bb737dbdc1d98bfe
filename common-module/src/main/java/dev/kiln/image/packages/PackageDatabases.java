package dev.kiln.image.packages;

import dev.kiln.image.archive.WatchedFiles;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads the databases of dpkg and apk from an archive that passes by, without running anything of it, and notices an
 * rpm database, which only rpm can read. The image's author wrote them: lines that make no sense are skipped, and all
 * sizes are limited.
 */
public final class PackageDatabases {

    private static final int MOST_BYTES = 16 << 20;
    private static final int MOST_PACKAGES = 50_000;
    private static final String DPKG = "var/lib/dpkg/status";
    private static final List<String> APK = List.of("lib/apk/db/installed", "usr/lib/apk/db/installed");
    private static final Pattern RPM =
            Pattern.compile("(var/lib|usr/lib/sysimage)/rpm/(rpmdb\\.sqlite|Packages\\.db|Packages)");
    private static final String KEY_OF_RPM = "gpg-pubkey";
    private static final Pattern WORD = Pattern.compile("[!-~]{1,256}");

    private final WatchedFiles files = new WatchedFiles(this::see, MOST_BYTES);
    private final List<InstalledPackage> ofRpm = new ArrayList<>();
    private boolean rpm;

    private boolean see(String name) {
        rpm |= RPM.matcher(name).matches();
        return name.equals(DPKG) || name.startsWith(DPKG + ".d/") || APK.contains(name);
    }

    /** Takes the next bytes of a tar archive. */
    public void take(byte[] bytes, int length) {
        files.take(bytes, length);
    }

    /** Whether there was an rpm database. */
    public boolean hasRpm() {
        return rpm;
    }

    /**
     * Adds rpm's list of its database: a line for each package, with name, version and architecture separated by tabs.
     */
    public void addRpm(String lines) {
        lines.lines()
                .map(line -> line.split("\t", -1))
                .filter(fields -> fields.length == 3 && !fields[0].equals(KEY_OF_RPM))
                .map(fields -> new InstalledPackage("rpm", fields[0], fields[1], fields[2]))
                .filter(PackageDatabases::isSensible)
                .limit(MOST_PACKAGES + 1)
                .forEach(ofRpm::add);
    }

    /**
     * The installed packages; empty when they are not known: the archive has no such database, or one that is too
     * large.
     */
    public Optional<PackageList> packages() {
        var found = files.found();
        if (files.isLost() || (found.isEmpty() && !rpm)) {
            return Optional.empty();
        }
        var packages = new ArrayList<>(ofRpm);
        found.forEach((name, bytes) -> {
            var system = APK.contains(name) ? "apk" : "dpkg";
            read(system, bytes, packages);
        });
        return packages.size() > MOST_PACKAGES
                ? Optional.empty()
                : Optional.of(new PackageList(packages)).filter(list -> !list.isTooLong());
    }

    // No other field of a stranger's file is kept.
    private static final Set<String> FIELDS = Set.of("Package", "Version", "Architecture", "Status", "P", "V", "A");

    // No useful line is longer. Decoding all lines at once would take twice the memory of their bytes.
    private static final int LONGEST_LINE = 4096;

    /** Reads paragraphs of fields, the form of both databases; apk's field names are single letters. */
    private static void read(String system, byte[] bytes, List<InstalledPackage> into) {
        var fields = new HashMap<String, String>();
        int begin = 0;
        for (int at = 0; at <= bytes.length; at++) {
            if (at == bytes.length || bytes[at] == '\n') {
                int length = Math.min(at - begin, LONGEST_LINE);
                var line = new String(bytes, begin, length, StandardCharsets.UTF_8).stripTrailing();
                begin = at + 1;
                if (line.isEmpty()) {
                    add(system, fields, into);
                    fields.clear();
                } else {
                    take(line, fields);
                }
            }
        }
        add(system, fields, into);
    }

    private static void take(String line, Map<String, String> fields) {
        int colon = line.indexOf(':');
        if (colon > 0 && FIELDS.contains(line.substring(0, colon))) {
            fields.putIfAbsent(
                    line.substring(0, colon), line.substring(colon + 1).strip());
        }
    }

    private static void add(String system, Map<String, String> fields, List<InstalledPackage> into) {
        boolean apk = system.equals("apk");
        // A package of which only the configuration is left also has a paragraph.
        boolean installed = apk || fields.getOrDefault("Status", "installed").matches("(.* )?installed");
        var found = new InstalledPackage(
                system,
                fields.getOrDefault(apk ? "P" : "Package", ""),
                fields.getOrDefault(apk ? "V" : "Version", ""),
                fields.getOrDefault(apk ? "A" : "Architecture", "all"));
        if (installed && into.size() <= MOST_PACKAGES && isSensible(found)) {
            into.add(found);
        }
    }

    private static boolean isSensible(InstalledPackage found) {
        return WORD.matcher(found.name()).matches()
                && WORD.matcher(found.version()).matches()
                && WORD.matcher(found.architecture()).matches();
    }
}
