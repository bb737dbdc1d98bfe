package dev.kiln.image.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import dev.kiln.image.Architecture;
import dev.kiln.image.ImageMetadata;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

@Timeout(60)
class ArchiveInspectorTest {

    private static final ArchiveLimits SMALL =
            new ArchiveLimits(20, 1 << 20, 100, 300, 8192, 4096, 3, 27, Duration.ofMinutes(1));

    private enum Packing implements Archives.Packing {
        PLAIN {
            @Override
            public OutputStream over(OutputStream out) {
                return out;
            }
        },
        GZIP {
            @Override
            public OutputStream over(OutputStream out) throws IOException {
                return new GZIPOutputStream(out);
            }
        },
        XZ {
            @Override
            public OutputStream over(OutputStream out) throws IOException {
                return new XZOutputStream(out, new LZMA2Options(1));
            }
        },
        ZSTD {
            @Override
            public OutputStream over(OutputStream out) throws IOException {
                return new ZstdOutputStream(out);
            }
        }
    }

    private static Archives root() {
        return new Archives()
                .directory("./")
                .directory("./etc")
                .file("./etc/passwd", "root")
                .link("bin", "usr/bin");
    }

    private static ArchiveFacts inspect(byte[] bytes) throws IOException, ArchiveRefusedException {
        return new ArchiveInspector(SMALL).inspect(Archives.source(bytes));
    }

    private static void refused(byte[] bytes, String... words) {
        assertThatThrownBy(() -> inspect(bytes))
                .isInstanceOf(ArchiveRefusedException.class)
                .message()
                .contains(words);
    }

    @ParameterizedTest
    @EnumSource(Packing.class)
    void rootFileSystemIsUnderstood(Packing packing) throws Exception {
        assertThat(inspect(Archives.packed(root().bytes(), packing)))
                .isEqualTo(new ArchiveFacts(
                        ArchiveFacts.Format.TAR,
                        4,
                        4,
                        Instant.ofEpochSecond(1000),
                        ImageMetadata.EMPTY.withKernel(false)));
    }

    @ParameterizedTest
    @EnumSource(Packing.class)
    void cutOffArchiveIsRefused(Packing packing) {
        var bytes = Archives.packed(root().file("big", new byte[3000]).bytes(), packing);
        for (int length : List.of(0, 10, bytes.length / 2, bytes.length - 1100)) {
            if (length >= 0) {
                refused(Arrays.copyOf(bytes, length), "");
            }
        }
    }

    @Test
    void gzipOfManyMembersIsReadToItsEnd() throws Exception {
        var bytes = root().bytes();
        var out = new ByteArrayOutputStream();
        out.writeBytes(Archives.packed(Arrays.copyOf(bytes, 700), Packing.GZIP));
        out.writeBytes(Archives.packed(Arrays.copyOfRange(bytes, 700, bytes.length), Packing.GZIP));
        assertThat(inspect(out.toByteArray()).entries()).isEqualTo(4);
    }

    @Test
    void whatIsNoArchiveIsCalledSo() {
        refused("# Not an archive, but words.\n".repeat(100).getBytes(StandardCharsets.UTF_8), "not a tar archive");
    }

    @Test
    void namesThatLeaveTheRootAreRefused() {
        refused(new Archives().file("/etc/passwd", "x").bytes(), "/etc/passwd", "absolute");
        refused(new Archives().file("../x", "x").bytes(), "../x", "..");
        refused(new Archives().file("a/".repeat(128) + "x", "x").bytes(), "more than 128 parts");
        refused(new Archives().file("a/./../../x", "x").bytes(), "a/./../../x");
        refused(new Archives().file("a/..", "x").bytes(), "a/..");
    }

    @Test
    void hardLinksLeadOnlyToEarlierFiles() throws Exception {
        assertThat(inspect(new Archives()
                                .file("a", "x")
                                .hardLink("b", "./a")
                                .hardLink("c", "b")
                                .bytes())
                        .entries())
                .isEqualTo(3);
        refused(new Archives().hardLink("b", "../a").bytes(), "../a");
        refused(new Archives().hardLink("b", "/etc/shadow").bytes(), "/etc/shadow", "absolute");
        refused(new Archives().hardLink("b", "a").file("a", "x").bytes(), "not an earlier regular file");
        refused(new Archives().link("a", "/etc/shadow").hardLink("b", "a").bytes(), "not an earlier regular file");
        refused(new Archives().directory("a").hardLink("b", "a").bytes(), "not an earlier regular file");
    }

    @Test
    void symbolicLinksStayBelowTheRoot() throws Exception {
        assertThat(inspect(new Archives()
                                .link("a/b", "../c")
                                .link("d", "/../etc")
                                .bytes())
                        .entries())
                .isEqualTo(2);
        refused(new Archives().link("a", "../c").bytes(), "climbs above the root");
        refused(new Archives().link("a/b", "x/../../../c").bytes(), "climbs above the root");
        refused(new Archives().link("a", "").bytes(), "target");
    }

    @Test
    void nothingLiesBelowALink() {
        refused(new Archives().link("a", "/etc").file("a/passwd", "x").bytes(), "a/passwd", "lies below");
        refused(new Archives().link("a", "/etc").file("./a//b/c", "x").bytes(), "lies below");
        refused(new Archives().directory("a").link("a", "/etc").bytes(), "comes twice");
        refused(new Archives().link("a", "/etc").directory("a").bytes(), "comes twice");
        refused(
                new Archives()
                        .file("a", "x")
                        .hardLink("b", "a")
                        .file("b/c", "x")
                        .bytes(),
                "lies below");
    }

    @Test
    void devicesAreRefusedButForTheOrdinaryOnesWhichAreLeftOut() throws Exception {
        var device = TarEntry.Type.CHARACTER_DEVICE;
        assertThat(inspect(new Archives()
                                .add(Archives.entry(device, "./dev/null", ""))
                                .bytes())
                        .entries())
                .isEqualTo(1);
        refused(new Archives().add(Archives.entry(device, "dev/mem", "")).bytes(), "dev/mem", "device node");
        refused(new Archives().add(Archives.entry(device, "etc/null", "")).bytes(), "etc/null");
        refused(
                new Archives()
                        .add(Archives.entry(TarEntry.Type.BLOCK_DEVICE, "dev/null", ""))
                        .bytes(),
                "dev/null");
        assertThat(inspect(new Archives()
                                .add(Archives.entry(TarEntry.Type.FIFO, "f", ""))
                                .bytes())
                        .entries())
                .isEqualTo(1);
    }

    @Test
    void countsAreBounded() {
        var many = new Archives();
        for (int i = 0; i < 21; i++) {
            many.directory("d" + i);
        }
        refused(many.bytes(), "more than 20 entries");
        refused(new Archives().file("big", new byte[(1 << 20) + 1]).bytes(), "big", "1048576");
        refused(new Archives().file("x".repeat(256), "").bytes(), "255");
        refused(new Archives().file("x/".repeat(200) + "y", "").bytes(), "longer than 300");
    }

    @Test
    void extendedHeadersAreBounded() {
        var attributes = new TreeMap<String, byte[]>(Map.of("user.x", new byte[9000]));
        var entry = new TarEntry(TarEntry.Type.FILE, "f", "", 0644, 0, 0, 0, Instant.EPOCH, attributes);
        refused(new Archives().add(entry).bytes(), "8192");
    }

    @ParameterizedTest
    @ValueSource(strings = {"S", "M", "V", "D", "N", "8"})
    void unusualTypesAreRefused(String flag) {
        refused(changed(root().bytes(), 156, flag), "type");
    }

    @Test
    void damagedHeadersAreRefused() {
        var bytes = root().bytes();
        bytes[0] ^= 1;
        refused(bytes, "checksum");
        refused(changed(new Archives().file("f", "x").bytes(), 124, "99999999999"), "octal");
        refused(new byte[0], "");
        refused("not an archive".repeat(100).getBytes(StandardCharsets.UTF_8), "");
        refused(new Archives().bytes(), "neither a root file system");
    }

    @Test
    void sparseFilesInPaxFormAreRefused() throws Exception {
        var out = new ByteArrayOutputStream();
        out.writeBytes(changed(
                Arrays.copyOf(new Archives().file("h", new byte[25]).bytes(), 512), 156, "x"));
        out.writeBytes(Arrays.copyOf("25 GNU.sparse.major=1234\n".getBytes(StandardCharsets.US_ASCII), 512));
        out.writeBytes(root().bytes());
        refused(out.toByteArray(), "sparse");
    }

    private static byte[] changed(byte[] archive, int offset, String text) {
        var bytes = archive.clone();
        var change = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(change, 0, bytes, offset, change.length);
        Arrays.fill(bytes, 148, 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += bytes[i] & 0xff;
        }
        var digits = String.format("%06o\0", sum).getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(digits, 0, bytes, 148, digits.length);
        return bytes;
    }

    @Test
    void attributesAreBytes() throws Exception {
        var value = new byte[] {1, 0, 0, 2, (byte) 0xff, '\n', '='};
        var attributes = new TreeMap<String, byte[]>(
                Map.of("security.capability", value, "trusted.overlay.opaque", value, "user.overlay.redirect", value));
        var entry = new TarEntry(
                TarEntry.Type.FILE,
                "ä".repeat(60),
                "",
                04755,
                3_000_000,
                5,
                0,
                Instant.ofEpochSecond(5, 7),
                attributes);
        var reader =
                new TarReader(new ByteArrayInputStream(new Archives().add(entry).bytes()), ArchiveLimits.DEFAULT);
        var read = reader.next();
        assertThat(read).usingRecursiveComparison().isEqualTo(entry);
        var accepted = new EntryCheck(SMALL, ArchiveFacts.Format.TAR).accept(entry);
        assertThat(accepted.attributes()).containsOnlyKeys("security.capability");
        assertThat(accepted.attributes().get("security.capability")).isEqualTo(value);
    }

    @ParameterizedTest
    @EnumSource(Packing.class)
    void ociImageIsUnderstood(Packing packing) throws Exception {
        var config = "{\"config\":{\"Env\":[\"A=b=c\"],\"Cmd\":[\"x\"],\"Entrypoint\":null,\"User\":\"app\","
                + "\"WorkingDir\":\"/srv\",\"Labels\":{\"l\":\"v\"}}}";
        var upper = new Archives().file("etc/.wh.passwd", "").file("new", "abc").bytes();
        var facts = inspect(Archives.oci(config, Archives.packed(root().bytes(), packing), upper)
                .bytes());
        assertThat(facts.format()).isEqualTo(ArchiveFacts.Format.OCI);
        assertThat(facts.entries()).isEqualTo(6);
        assertThat(facts.metadata())
                .isEqualTo(new ImageMetadata(
                        Map.of("l", "v"), Map.of("A", "b=c"), "/srv", "app", List.of("x"), List.of(), false, null));
    }

    @Test
    void theArchitectureIsThatOfMostProgramsElseWhatTheConfigurationSays() throws Exception {
        var mixed = root().file("sbin/a", program(183))
                .file("usr/bin/b", program(183))
                .file("usr/sbin/emulator", program(62))
                .file("usr/lib/c", program(62))
                .file("usr/bin/script", "#!/bin/sh\necho and more than a header");
        assertThat(inspect(mixed.bytes()).metadata().knownArchitecture()).contains(Architecture.ARM64);
        var config = "{\"architecture\":\"386\"}";
        assertThat(inspect(Archives.oci(config, root().bytes()).bytes())
                        .metadata()
                        .knownArchitecture())
                .contains(Architecture.I386);
        assertThat(inspect(Archives.oci(config, mixed.bytes()).bytes())
                        .metadata()
                        .knownArchitecture())
                .contains(Architecture.ARM64);
        var others = root().file("sbin/a", program(22)).file("sbin/b", new byte[] {0x7f, 'E', 'L', 'F'});
        assertThat(inspect(others.bytes()).metadata().architecture()).isNull();
    }

    private static byte[] program(int machine) {
        var head = new byte[64];
        System.arraycopy(new byte[] {0x7f, 'E', 'L', 'F', 2, 1}, 0, head, 0, 6);
        head[18] = (byte) machine;
        return head;
    }

    @Test
    void aKernelIsSeen() throws Exception {
        var boot = root().file("boot/vmlinuz-6.1.0-amd64", "x").bytes();
        assertThat(inspect(boot).metadata().kernel()).isTrue();
        assertThat(inspect(Archives.oci("{}", root().bytes(), boot).bytes())
                        .metadata()
                        .kernel())
                .isTrue();
    }

    @Test
    void layersAreCheckedTogether() {
        var link = new Archives().link("a", "/etc").bytes();
        refused(
                Archives.oci("{}", link, new Archives().file("a/passwd", "x").bytes())
                        .bytes(),
                "lies below");
        refused(
                Archives.oci("{}", link, new Archives().file("../.wh.x", "").bytes())
                        .bytes(),
                "..");
        refused(Archives.oci("{}", link, link, link, link).bytes(), "4 layers");
    }

    @Test
    void brokenOciImagesAreRefused() {
        var layer = root().bytes();
        refused(Archives.oci("{", layer).bytes(), "JSON");
        refused(Archives.oci("[".repeat(4000), layer).bytes(), "JSON");
        refused(Archives.oci("{}" + " ".repeat(5000), layer).bytes(), "4096");
        refused(Archives.oci("{\"config\":{\"Env\":[\"x\"]}}", layer).bytes(), "NAME=value");
        refused(Archives.oci("{}").bytes(), "0 layers");
        refused(Archives.packed(Archives.oci("{}", layer).bytes(), Packing.GZIP), "decompress it first");
        refused(new Archives().file("index.json", "{\"manifests\":[]}").bytes(), "names no image");
        refused(
                new Archives()
                        .file("index.json", "{\"manifests\":[{\"digest\":\"../../x\"}]}")
                        .bytes(),
                "digest");
        refused(new Archives().file("f".repeat(64) + ".json", "{}").bytes(), "docker save");
    }

    @Test
    void digestOfEveryBlobIsVerified() {
        var layer = new Archives().file("secret", "AAAA").bytes();
        var text = new String(Archives.oci("{}", layer).bytes(), StandardCharsets.ISO_8859_1);
        refused(text.replace("AAAA", "BBBB").getBytes(StandardCharsets.ISO_8859_1), "has the digest");
    }

    @Test
    void failureOfTheSourceIsNotTheArchivesFault() {
        assertThatThrownBy(() -> new ArchiveInspector(SMALL).inspect(offset -> {
                    throw new IOException("no connection");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("no connection");
    }

    @Test
    void layerChangesAreFoundBeforeTheLayer() throws Exception {
        var check = new EntryCheck(SMALL, ArchiveFacts.Format.OCI);
        check.accept(Archives.entry(TarEntry.Type.DIRECTORY, "a", ""));
        check.nextLayer();
        assertThat(check.removal(Archives.entry(TarEntry.Type.FILE, "x/.wh.y", "")))
                .contains("x/y");
        assertThat(check.removal(Archives.entry(TarEntry.Type.FILE, "x/.wh..wh..opq", "")))
                .contains("x");
        assertThat(check.removal(Archives.entry(TarEntry.Type.FILE, "x/.wh..wh.plnk", "")))
                .isEmpty();
        assertThat(check.removal(Archives.entry(TarEntry.Type.SYMBOLIC_LINK, "a", "/etc")))
                .contains("a");
        assertThat(check.removal(Archives.entry(TarEntry.Type.DIRECTORY, "a", "")))
                .isEmpty();
        assertThatThrownBy(() -> check.removal(Archives.entry(TarEntry.Type.FILE, "x/.wh...", "")))
                .hasMessageContaining("whiteout");
    }
}
