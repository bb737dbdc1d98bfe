package dev.kiln.image.packages;

import dev.kiln.image.archive.WatchedFiles;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads the databases of dpkg and apk out of an archive that goes by, without running anything of it. They are written
 * by whoever made the image: lines that make no sense are passed over, and there are limits to everything.
 */
public final class PackageDatabases {

    private static final int MOST_BYTES = 32 << 20;
    private static final int MOST_PACKAGES = 50_000;
    private static final String DPKG = "var/lib/dpkg/status";
    private static final List<String> APK = List.of("lib/apk/db/installed", "usr/lib/apk/db/installed");
    private static final Pattern WORD = Pattern.compile("[!-~]{1,256}");

    private final WatchedFiles files = new WatchedFiles(PackageDatabases::isOne, MOST_BYTES);

    private static boolean isOne(String name) {
        return name.equals(DPKG) || name.startsWith(DPKG + ".d/") || APK.contains(name);
    }

    /** Takes the next bytes of a tar archive. */
    public void take(byte[] bytes, int length) {
        files.take(bytes, length);
    }

    /**
     * What is installed; empty when that cannot be told: the archive has no such database, or one that is too large.
     */
    public Optional<PackageList> packages() {
        var found = files.found();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var packages = new ArrayList<InstalledPackage>();
        found.forEach((name, bytes) -> {
            var system = APK.contains(name) ? "apk" : "dpkg";
            var text = new String(bytes, StandardCharsets.UTF_8);
            read(system, text, packages);
        });
        return packages.size() > MOST_PACKAGES ? Optional.empty() : Optional.of(new PackageList(packages));
    }

    /** Both are paragraphs of fields; apk has words of one letter. */
    private static void read(String system, String text, List<InstalledPackage> into) {
        var fields = new HashMap<String, String>();
        for (var line : (Iterable<String>) text.lines()::iterator) {
            if (line.isEmpty()) {
                add(system, fields, into);
                fields.clear();
            } else {
                var colon = line.indexOf(':');
                if (colon > 0 && line.charAt(0) != ' ') {
                    fields.putIfAbsent(
                            line.substring(0, colon), line.substring(colon + 1).strip());
                }
            }
        }
        add(system, fields, into);
    }

    private static void add(String system, Map<String, String> fields, List<InstalledPackage> into) {
        boolean apk = system.equals("apk");
        // Packages of which only the configuration is left have a paragraph too.
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
