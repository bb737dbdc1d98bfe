package dev.kiln.image.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PackageListTest {

    @Test
    void aListIsTooLongIfItsTextIs() {
        var word = "x".repeat(250);
        var most = IntStream.range(1000, 1000 + 4096)
                .mapToObj(number -> one(number + word, word))
                .toList();
        var list = new PackageList(most);
        assertThat(list.isTooLong()).isTrue();
        assertThat(PackageList.fits(list.toBytes())).isFalse();
        var fewer = new PackageList(most.subList(0, 4000));
        assertThat(fewer.isTooLong()).isFalse();
        assertThat(PackageList.fits(fewer.toBytes())).isTrue();
        assertThat(PackageList.of(list.toBytes())).as("of a worker's cache").isEqualTo(list);
    }

    private static InstalledPackage one(String name, String version) {
        return new InstalledPackage("dpkg", name, version, "amd64");
    }

    @Test
    void whatIsKeptIsReadBack() {
        var list = new PackageList(List.of(one("zlib1g", "1:1.2"), one("adduser", "3"), one("adduser", "3")));

        assertThat(PackageList.of(list.toBytes())).isEqualTo(list);
        assertThat(list.packages()).containsExactly(one("adduser", "3"), one("zlib1g", "1:1.2"));
        assertThat(PackageList.of(new PackageList(List.of()).toBytes()).packages())
                .isEmpty();
    }

    @Test
    void differencesTellWhatCameWhatWentAndWhatChanged() {
        var before = new PackageList(List.of(one("curl", "7.88"), one("nano", "7"), one("zlib1g", "1.2")));
        var now = new PackageList(List.of(one("curl", "8.5"), one("vim", "9"), one("zlib1g", "1.2")));

        assertThat(now.since(before))
                .isEqualTo(new PackageList.Differences(
                        List.of(one("vim", "9")),
                        List.of(one("nano", "7")),
                        List.of(new PackageList.Change(one("curl", "7.88"), one("curl", "8.5")))));
        assertThat(now.since(now)).isEqualTo(new PackageList.Differences(List.of(), List.of(), List.of()));
    }

    @Test
    void ofSeveralVersionsThoseThatBothHaveAreTheSame() {
        var before = new PackageList(List.of(one("kernel", "1"), one("kernel", "2")));
        var now = new PackageList(List.of(one("kernel", "2"), one("kernel", "3"), one("kernel", "4")));

        assertThat(now.since(before).changed())
                .containsExactly(new PackageList.Change(one("kernel", "1"), one("kernel", "3")));
        assertThat(now.since(before).added()).containsExactly(one("kernel", "4"));
        assertThat(before.since(now).removed()).containsExactly(one("kernel", "4"));
    }
}
