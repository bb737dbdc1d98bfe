package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.image.packages.InstalledPackage;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of the database of rpm in an image, which this machine's rpm has made. */
class InstalledPackagesTest {

    private static final String COPIED = """
            RUN mkdir -p /var/lib/dpkg; printf 'Package: a\\nVersion: 1\\n' > /var/lib/dpkg/status
            COPY rpmdb.sqlite /usr/lib/sysimage/rpm
            """;

    @TempDir
    private static Path directory;

    private static byte[] context;

    private final RecordedOutput output = new RecordedOutput();

    @BeforeAll
    static void makeDatabase() throws Exception {
        context = RpmDatabase.context(RpmDatabase.make(directory.resolve("rpm")));
    }

    private BuildEngine.BuiltImage build(String content) throws Exception {
        var request = new BuildRequest(
                "exec-rpm",
                BusyboxBase.image(),
                BuildEngineContract.commands(content),
                Optional.of(BusyboxBase.source(context)),
                false,
                1L << 30);
        return new SandboxBuildEngine(EngineSettings.in(directory.resolve("engine")))
                .build(request, StepJournal.NONE, output);
    }

    @Test
    void packagesOfRpmAreThereBesideThoseOfOthersAndItsKeysAreNone() throws Exception {
        assertThat(build(COPIED).packages().orElseThrow().packages())
                .containsExactly(
                        new InstalledPackage("dpkg", "a", "1", "all"),
                        new InstalledPackage("rpm", "library", "2:5-3", "noarch"),
                        new InstalledPackage("rpm", "tool", "2:1.4-3", "noarch"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dd if=/dev/zero of=rpmdb.sqlite bs=4096 seek=1 count=9 conv=notrunc 2> /dev/null",
                "dd if=/dev/urandom of=rpmdb.sqlite bs=4096 count=9 conv=notrunc 2> /dev/null",
                "rm rpmdb.sqlite; echo RpmP > Packages.db",
                "rm rpmdb.sqlite; echo none > Packages"
            })
    void ofADatabaseThatRpmCannotReadNothingIsRecordedAndTheLogSaysSo(String change) throws Exception {
        var built = build(COPIED + "WORKDIR /usr/lib/sysimage/rpm\nRUN " + change + "\n");

        assertThat(built.packages()).isEmpty();
        assertThat(output.steps())
                .last()
                .asString()
                .startsWith("phase what is installed in the image is not recorded: rpm does not read");
    }

    @Test
    void linksToADatabaseAreNotFollowed() throws Exception {
        var built = build(COPIED + "RUN rm -r /var/lib/dpkg; mkdir -p /real; cd /usr/lib/sysimage; cat rpm/rpmdb.sqlite"
                + " > /real/rpmdb.sqlite; rm -r rpm; busybox ln -s /real rpm; busybox ln -s /real /var/lib/rpm\n");

        assertThat(built.packages()).isEmpty();
    }
}
