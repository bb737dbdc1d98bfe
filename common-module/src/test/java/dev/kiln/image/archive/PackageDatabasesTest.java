package dev.kiln.image.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.image.packages.InstalledPackage;
import dev.kiln.image.packages.PackageDatabases;
import dev.kiln.image.packages.PackageList;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PackageDatabasesTest {

    private static final String STATUS = """
            Package: zlib1g
            Status: install ok installed
            Architecture: amd64
            Version: 1:1.2.13.dfsg-1
            Description: compression library
             Version: 9 is not this one's

            Package: gone
            Status: deinstall ok config-files
            Architecture: amd64
            Version: 1

            Package: half
            Status: install ok not-installed
            Version: 1

            Package: adduser
            Status: install ok installed
            Architecture: all
            Version: 3.134
            """;

    private static final String APK = "P:musl\nV:1.2.5-r0\nA:x86_64\n\nP:busybox\nV:1.36.1-r5\nA:x86_64\n";

    @Test
    void thePackagesOfDpkgAndApkAreReadHoweverTheArchiveIsCut() {
        var archive = new Archives()
                .directory("./var/lib/dpkg")
                .file("./etc/empty", "")
                .file("./var/lib/dpkg/status", STATUS)
                .file("./var/lib/dpkg/status-old", "Package: old\nVersion: 1\n")
                .file("./lib/apk/db/installed", APK)
                .bytes();

        for (int piece : new int[] {1, 100, 511, 512, 513, archive.length}) {
            assertThat(read(archive, piece).orElseThrow().packages())
                    .as("in pieces of %d bytes", piece)
                    .containsExactly(
                            new InstalledPackage("dpkg", "adduser", "3.134", "all"),
                            new InstalledPackage("apk", "busybox", "1.36.1-r5", "x86_64"),
                            new InstalledPackage("apk", "musl", "1.2.5-r0", "x86_64"),
                            new InstalledPackage("dpkg", "zlib1g", "1:1.2.13.dfsg-1", "amd64"));
        }
    }

    @Test
    void imagesWithoutAPackageManagerHaveOneFileForEachPackage() {
        var archive = new Archives()
                .file("./var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n")
                .file("./var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a\n")
                .bytes();

        assertThat(read(archive, 512).orElseThrow().packages())
                .containsExactly(
                        new InstalledPackage("dpkg", "base-files", "12.4", "amd64"),
                        new InstalledPackage("dpkg", "tzdata", "2024a", "all"));
    }

    @Test
    void whatMakesNoSenseIsPassedOver() {
        var hostile = "Package: a\tb\nVersion: 1\n\nPackage: <script>\nVersion: \n\nPackage: " + "x".repeat(300)
                + "\nVersion: 1\n\n:::\n\n\0\0\0\nPackage: fine\nVersion: 2\nVersion: 3\n";
        var archive = new Archives().file("var/lib/dpkg/status", hostile).bytes();

        assertThat(read(archive, 512).orElseThrow().packages())
                .containsExactly(new InstalledPackage("dpkg", "fine", "2", "all"));
    }

    @Test
    void linksAreNotFollowedAndWhatIsTooMuchIsNotKept() {
        assertThat(read(
                        new Archives()
                                .link("var/lib/dpkg/status", "/etc/shadow")
                                .bytes(),
                        512))
                .isEmpty();
        assertThat(read(new Archives().file("etc/passwd", "root").bytes(), 512)).isEmpty();
        assertThat(read(
                        new Archives()
                                .file("var/lib/dpkg/status", new byte[17 << 20])
                                .bytes(),
                        1 << 16))
                .isEmpty();
        var many = "Package: p%d\nVersion: 1\n\n";
        var text = new StringBuilder();
        for (int number = 0; number < 50_001; number++) {
            text.append(many.formatted(number));
        }
        assertThat(read(
                        new Archives()
                                .file("var/lib/dpkg/status", text.toString())
                                .bytes(),
                        1 << 16))
                .isEmpty();
    }

    @Test
    void ofWordsWithoutEndNothingIsKept() {
        var word = "x".repeat(200);
        for (int number : new int[] {5_000, 6_000}) {
            var text = new StringBuilder();
            for (int at = 0; at < number; at++) {
                text.append("Package: p%04d%s\nVersion: %s\n\n".formatted(at, word, word));
            }
            var archive =
                    new Archives().file("var/lib/dpkg/status", text.toString()).bytes();
            assertThat(read(archive, 1 << 16).isPresent()).as("%d", number).isEqualTo(number == 5_000);
        }
    }

    @Test
    void ofFilesWithoutEndNothingIsKept() {
        var databases = new PackageDatabases();
        var archive = new Archives();
        for (int number = 0; number < 100_000; number++) {
            archive.file("var/lib/dpkg/status.d/" + number + "x".repeat(60), "");
        }
        var bytes = archive.bytes();
        databases.take(bytes, bytes.length);
        assertThat(databases.packages()).isEmpty();
    }

    @Test
    void linesAreReadHoweverTheyEndAndWhateverTheirLetters() {
        var text = "Package: a\r\nDescription: \u20ac " + "\u20ac".repeat(5000) + "\r\nVersion: 1\r\n\r\nPackage: b"
                + "\nVersion: 2";
        var archive = new Archives().file("var/lib/dpkg/status", text).bytes();

        assertThat(read(archive, 512).orElseThrow().packages())
                .containsExactly(
                        new InstalledPackage("dpkg", "a", "1", "all"), new InstalledPackage("dpkg", "b", "2", "all"));
    }

    @Test
    void anArchiveThatCannotBeFollowedTellsNothing() {
        var archive = new Archives()
                .file("var/lib/dpkg/status", STATUS)
                .file("x", "y")
                .bytes();
        archive[512 + (STATUS.length() + 511) / 512 * 512] ^= 1; // in the header of x

        assertThat(read(archive, 512)).isEmpty();
    }

    @Test
    void extendedHeadersAreHeeded() {
        var attributes = new TreeMap<String, byte[]>();
        attributes.put("security.capability", "\1\2".getBytes(StandardCharsets.ISO_8859_1));
        var plain = Archives.entry(TarEntry.Type.DIRECTORY, "var/with-attributes", "");
        var archive = new Archives()
                .add(new TarEntry(plain.type(), plain.name(), "", 0755, 0, 0, 0, plain.modified(), attributes))
                .file("var/lib/dpkg/status", STATUS)
                .bytes();

        assertThat(read(archive, 700).orElseThrow().packages()).hasSize(2);
    }

    private static Optional<PackageList> read(byte[] archive, int piece) {
        var databases = new PackageDatabases();
        for (int at = 0; at < archive.length; at += piece) {
            var bytes = Arrays.copyOfRange(archive, at, Math.min(archive.length, at + piece));
            databases.take(bytes, bytes.length);
        }
        return databases.packages();
    }
}
