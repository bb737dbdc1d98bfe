package dev.kiln.image.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.image.ImageForm;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class DiskInspectorTest {

    private static final int MIB = 1 << 20;

    @Test
    void knowsDisksByWhatIsInThem() throws Exception {
        assertThat(form(gpt())).contains(new ImageForm(ImageForm.Kind.RAW, 2 * MIB));
        assertThat(form(qcow2(disk -> {}))).contains(new ImageForm(ImageForm.Kind.QCOW2, 1L << 30));
        assertThat(form(vhd(3))).contains(new ImageForm(ImageForm.Kind.VHD, 1L << 30));
        assertThat(form(vmdk("createType=\"streamOptimized\"\nparentCID=ffffffff\n")))
                .contains(new ImageForm(ImageForm.Kind.VMDK, 1L << 30));
    }

    @Test
    void leavesEverythingElseToOthers() throws Exception {
        assertThat(form(new MadeDisk(MIB).text(257, "ustar"))).isEmpty();
        var noise = new MadeDisk(MIB);
        noise.bytes().putShort(510, (short) 0);
        assertThat(form(noise)).isEmpty();
        assertThat(form(new MadeDisk(512))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u001f\u008b\u0008", "\u00fd7zXZ\0", "(\u00b5/\u00fd"})
    void takesNoPackedArchiveForADiskWhateverItsBytes(String magic) throws Exception {
        assertThat(form(new MadeDisk(MIB).text(0, magic))).isEmpty();
    }

    @Test
    void looksForNoLabelBehindTheEndOfAPartition() {
        var disk = new MadeDisk(MIB).mbr(0, 0, 0x83, 16, 129).text(16 * 512 + 65_536 + 64, "_BHRfS_M");
        disk.bytes().putLong(16 * 512 + 65_536 + 136, 1);
        disk.text(16 * 512 + 65_536 + 299, "x".repeat(256));
        assertThatThrownBy(() -> form(disk))
                .isInstanceOf(DiskRefusedException.class)
                .hasMessageContaining("partition 1 is nothing that is known");
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of(qcow2(disk -> disk.big(8, 4096)), "backing file"),
                Arguments.of(qcow2(disk -> disk.big(8, 0).big(16, 11L << 32 | 16)), "backing file"),
                Arguments.of(qcow2(disk -> disk.big(72, 4)), "contents in another file"),
                Arguments.of(qcow2(disk -> disk.big(72, 2)), "corrupt"),
                Arguments.of(qcow2(disk -> disk.big(72, 1L << 40)), "unknown incompatible features 0x10000000000"),
                Arguments.of(qcow2(disk -> disk.big(32, 1L << 32)), "encrypted"),
                Arguments.of(qcow2(disk -> disk.big(24, -1)), "18446744073709551615 bytes"),
                Arguments.of(qcow2(disk -> disk.big(24, 501L << 30)), "500 GiB"),
                Arguments.of(qcow2(disk -> disk.big(16, 40)), "clusters of 2^40"),
                Arguments.of(vhd(4), "differences to another file"),
                Arguments.of(vmdk("createType=\"monolithicFlat\"\n"), "needs other files"),
                Arguments.of(vmdk("createType=\"monolithicSparse\"\nparentCID=12345678\n"), "needs other files"),
                Arguments.of(
                        vmdk("createType=\"monolithicSparse\"\nparentFileNameHint=\"/etc/shadow\"\n"), "other files"),
                Arguments.of(new MadeDisk(MIB).text(0, "vhdxfile"), "VHDX"),
                Arguments.of(new MadeDisk(MIB).text(0, "# Disk DescriptorFile\n"), "contents are in other files"),
                Arguments.of(new MadeDisk(MIB), "it has no partitions"),
                Arguments.of(mbr(0x8e, "LABELONE", 512), "partition 1 is an LVM physical volume"),
                Arguments.of(mbr(0x83, "LUKS\u00ba\u00be", 0), "partition 1 is a LUKS encrypted volume"),
                Arguments.of(mbr(0x83, "XFSB", 0), "partition 1 is an XFS file system"),
                Arguments.of(btrfs(2, 0, 0), "partition 1 is one of 2 devices of a Btrfs"),
                Arguments.of(btrfs(-1, 0, 0), "one of 18446744073709551615 devices"),
                Arguments.of(btrfs(1, 1L << 32, 0), "is the seed of others"),
                Arguments.of(btrfs(1, 1, 1 << 20), "was not unmounted"),
                Arguments.of(new MadeDisk(MIB).mbr(0, 0, 0x83, 16, 1024).ext4(16, 0, 0x10000, 0), "encrypt"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesWhatNeedsMoreThanItselfOrCannotBeBuiltOn(MadeDisk disk, String reason) {
        assertThatThrownBy(() -> form(disk))
                .isInstanceOf(DiskRefusedException.class)
                .hasMessageContaining(reason);
    }

    static Stream<Arguments> hostileTables() {
        return Stream.of(
                // An extended partition whose chain leads to itself, back, and out.
                Arguments.of(extended(disk -> disk.mbr(100, 0, 0x83, 10, 20).mbr(100, 1, 0x05, 0, 50)), "back or out"),
                Arguments.of(
                        extended(disk -> disk.mbr(100, 1, 0x05, 100, 50)
                                .mbr(200, 1, 0x05, 50, 50)
                                .mbr(150, 1, 5, 100, 9)),
                        "back or out"),
                Arguments.of(extended(disk -> disk.mbr(100, 1, 0x05, 0xffffff00L, 50)), "back or out"),
                Arguments.of(extended(disk -> disk.mbr(0, 1, 0x05, 1100, 500)), "more than one extended"),
                Arguments.of(extended(DiskInspectorTest::endless), "more than 60 logical partitions"),
                Arguments.of(new MadeDisk(MIB).mbr(0, 0, 0x83, 1, 0xffffffffL), "leaves the disk"),
                Arguments.of(new MadeDisk(MIB).mbr(0, 0, 0x83, 0, 10), "within another or the table"),
                Arguments.of(new MadeDisk(MIB).mbr(0, 0, 0x83, 10, 100).mbr(0, 1, 0x83, 50, 10), "within another"),
                Arguments.of(new MadeDisk(MIB).mbr(0, 0, 0xee, 1, 100), "none where one"),
                Arguments.of(new MadeDisk(MIB).gpt(0, 100, 50).sealed(4, 128), "leaves the disk"),
                Arguments.of(new MadeDisk(MIB).gpt(0, 100, Long.MAX_VALUE).sealed(4, 128), "names sector"),
                Arguments.of(new MadeDisk(MIB).gpt(0, -1, 50).sealed(4, 128), "names sector"),
                Arguments.of(new MadeDisk(MIB).sealed(Integer.MAX_VALUE, 1 << 30), "2147483647 entries"),
                Arguments.of(new MadeDisk(MIB).sealed(-1, 128), "4294967295 entries"),
                Arguments.of(new MadeDisk(MIB).sealed(0x7fffff, 512), "entries"),
                Arguments.of(changed(2 * 512, gpt()), "checksum of its entries"),
                Arguments.of(changed(512 + 40, gpt()), "checksum of its header"));
    }

    @ParameterizedTest
    @MethodSource("hostileTables")
    void refusesTablesThatLieAtOnce(MadeDisk disk, String reason) {
        assertThatThrownBy(() -> form(disk))
                .isInstanceOf(DiskRefusedException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void readsPartitionsAsLinuxNumbersThem() throws Exception {
        var disk = extended(made -> made.mbr(100, 0, 0x82, 10, 20)
                .mbr(100, 1, 0x05, 100, 100)
                .mbr(200, 0, 0x83, 10, 80)
                .ext4(210, 0x3c, 0x2c2, 0x46b));
        disk.bytes().putInt(440, 0x1234abcd);
        var layout = DiskLayout.read(disk.reader());

        assertThat(layout.parts()).extracting(part -> part.partition().number()).containsExactly(5, 6);
        var root = layout.candidates().get(0);
        assertThat(root.partition().start()).isEqualTo(210 * 512);
        assertThat(root.fileSystem().modified()).isEqualTo(1_700_000_000);
        assertThat(Stream.of(
                        "UUID=11223344-5566-7788-99aa-bbccddeeff00",
                        "LABEL=cloudimg",
                        "PARTUUID=1234abcd-06",
                        "/dev/sda6",
                        "/dev/nvme0n1p6"))
                .allMatch(root::isNamed);
        assertThat(Stream.of("UUID=", "LABEL=", "PARTLABEL=", "/dev/sda5", "/dev/mapper/vg-root", "none", ""))
                .noneMatch(root::isNamed);
    }

    @Test
    void knowsARootFileSystemByItsType() throws Exception {
        var part = DiskLayout.read(gpt().reader()).candidates().get(0);
        assertThat(part.isMarkedRoot()).isTrue();
        assertThat(part.partition().id()).isEqualTo("00000001-0000-0000-0700-000000000000");
    }

    @Test
    void knowsTheNamesOfABtrfs() throws Exception {
        var disk = btrfs(1, 1, 0).text(16 * 512 + 65_536 + 299, "fedora");
        disk.big(16 * 512 + 65_536 + 32, 0x1122334455667788L).big(16 * 512 + 65_536 + 40, 1);
        var part = DiskLayout.read(disk.reader()).candidates().get(0);
        assertThat(Stream.of("UUID=11223344-5566-7788-0000-000000000001", "LABEL=fedora"))
                .allMatch(part::isNamed);
    }

    private static Optional<ImageForm> form(MadeDisk disk) throws IOException, DiskRefusedException {
        return new DiskInspector().recognise(disk.source(), disk.bytes().limit());
    }

    private static MadeDisk gpt() {
        return new MadeDisk(2 * MIB).gpt(0, 100, 2000).sealed(4, 128).ext4(100, 0x3c, 0x2c2, 0x46b);
    }

    private static MadeDisk mbr(int type, String magic, int at) {
        return new MadeDisk(MIB).mbr(0, 0, type, 16, 1024).text(16 * 512 + at, magic);
    }

    private static MadeDisk btrfs(long devices, long flags, long log) {
        int at = 16 * 512 + 65_536;
        var disk = mbr(0x83, "_BHRfS_M", 65_536 + 64);
        disk.bytes().putLong(at + 136, devices).putLong(at + 56, flags).putLong(at + 96, log);
        return disk;
    }

    private static MadeDisk extended(Consumer<MadeDisk> more) {
        var disk = new MadeDisk(MIB).mbr(0, 0, 0x05, 100, 1000);
        disk.mbr(100, 3, 0, 0, 0);
        more.accept(disk);
        return disk;
    }

    private static void endless(MadeDisk disk) {
        for (int link = 0; link < 200; link++) {
            disk.mbr(100 + link, 1, 0x05, link + 1, 1);
        }
    }

    private static MadeDisk changed(int at, MadeDisk disk) {
        disk.bytes().put(at, (byte) (disk.bytes().get(at) + 1));
        return disk;
    }

    private static MadeDisk qcow2(Consumer<MadeDisk> more) {
        var disk = new MadeDisk(MIB).big(0, 0x514649fb00000003L).big(16, 16).big(24, 1L << 30);
        more.accept(disk);
        return disk;
    }

    private static MadeDisk vhd(int type) {
        var disk = new MadeDisk(MIB).text(0, "conectix").big(48, 1L << 30);
        return disk.big(60, (long) type << 32);
    }

    private static MadeDisk vmdk(String description) {
        var disk = new MadeDisk(MIB).text(0, "KDMV").text(512, description);
        disk.bytes().putLong(12, (1L << 30) / 512).putLong(28, 1).putLong(36, 20);
        return disk;
    }
}
