package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import dev.kiln.image.archive.ArchiveInspector;
import dev.kiln.image.archive.ArchiveLimits;
import dev.kiln.image.archive.TarEntry;
import dev.kiln.image.archive.TarReader;
import dev.kiln.image.archive.TarWriter;
import dev.kiln.image.packages.InstalledPackage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real engine, on a busybox root. */
class SandboxBuildEngineTest extends BuildEngineContract {

    @TempDir
    private Path directory;

    @Override
    SandboxBuildEngine engine() {
        return new SandboxBuildEngine(EngineSettings.in(directory));
    }

    private Map<String, TarEntry> built(String content) throws Exception {
        return entries(engine().build(request("exec-x", content), StepJournal.NONE, output)
                .file());
    }

    static Map<String, TarEntry> entries(Path file) throws IOException {
        var entries = new TreeMap<String, TarEntry>();
        try (var in = new ZstdInputStream(Files.newInputStream(file))) {
            var reader = new TarReader(in, ArchiveLimits.DEFAULT);
            for (var entry = reader.next(); entry != null; entry = reader.next()) {
                entries.put(entry.name(), entry);
            }
        }
        return entries;
    }

    @Test
    void ownersModesLinksAndTimesAreKept() throws Exception {
        var entries =
                built("RUN echo hi > /var/x; chown 1000:2000 /var/x; chmod 4751 /var/x; busybox ln /var/x /var/y");
        assertThat(entries.get("./var/x"))
                .returns(04751, TarEntry::mode)
                .returns(1000L, TarEntry::uid)
                .returns(2000L, TarEntry::gid)
                .returns(BusyboxBase.TIME, TarEntry::modified);
        assertThat(entries.get("./var/y").linkTarget()).isEqualTo("./var/x");
        assertThat(entries.get("./bin/sh").linkTarget()).isEqualTo("busybox");
        assertThat(entries.get("./tmp/").mode()).isEqualTo(01777);
        assertThat(entries.get("./").mode()).isEqualTo(0755);
    }

    /**
     * Of one execution, as after a worker lost its lock: the first hangs in its output until the second is under way.
     */
    @Test
    @Timeout(60)
    void aBuildThatWasOvertakenClearsAwayNothingButItsOwn() throws Exception {
        var engine = engine();
        var hangs = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var overtaken = CompletableFuture.runAsync(() -> {
            try {
                engine.build(request("exec-x", "RUN echo begun; sleep 9876"), StepJournal.NONE, calling(() -> {
                    hangs.countDown();
                    goOn.await();
                }));
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
        hangs.await();

        var built = engine.build(
                request("exec-x", "RUN echo begun; sleep 0.2; echo whole > /var/x"), StepJournal.NONE, calling(() -> {
                    goOn.countDown();
                    assertThat(overtaken
                                    .handle((done, failure) -> failure != null)
                                    .get())
                            .isTrue();
                }));

        assertThat(entries(built.file())).containsKey("./var/x");
        engine.discard("exec-x");
        assertThat(engine.found()).isEmpty();
    }

    private static BuildOutput calling(Callback callback) {
        return new BuildOutput() {
            @Override
            public void phase(String what) {}

            @Override
            public void stepStarted(int number, int total, String text) {}

            @Override
            public void output(byte[] bytes, int length) {
                try {
                    callback.call();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public void stepFinished(int number, int total, Duration took) {}
        };
    }

    private interface Callback {
        void call() throws Exception;
    }

    @Test
    void resultIsAgainABaseImage() throws Exception {
        var file = engine().build(request("exec-x", "RUN rm /bin/wget"), StepJournal.NONE, output)
                .file();
        new ArchiveInspector(ArchiveLimits.DEFAULT).inspect(offset -> {
            var in = Files.newInputStream(file);
            in.skipNBytes(offset);
            return in;
        });
        assertThat(entries(file)).doesNotContainKey("./bin/wget").containsKey("./bin/cat");
    }

    @Test
    void nothingOfTheSandboxStaysInTheImage() throws Exception {
        var entries = built("RUN touch /tmp/a /run/b /dev/shm/c; ls /run/kiln");
        assertThat(entries.keySet()).noneMatch(name -> name.matches("\\./(tmp|run|proc|dev)/.+"));
        assertThat(entries).doesNotContainKey("./etc/resolv.conf");
    }

    @Test
    void temporaryFilesLastFromCommandToCommand() throws Exception {
        built("RUN echo kept > /tmp/a\nRUN cat /tmp/a");
        assertThat(output.text()).isEqualTo("kept\n");
    }

    @Test
    void extendedAttributesAreKept() throws Exception {
        var attributes = new TreeMap<String, byte[]>();
        var capability = new byte[] {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        attributes.put("security.capability", capability);
        var out = new ByteArrayOutputStream();
        try (var writer = new TarWriter(out)) {
            var plain = BusyboxBase.entry(TarEntry.Type.FILE, "f", "", 0755, 0);
            writer.header(new TarEntry(plain.type(), "f", "", 0755, 0, 0, 0, BusyboxBase.TIME, attributes));
        }
        var request = new BuildRequest(
                "exec-x", BusyboxBase.image(out.toByteArray()), commands(""), Optional.empty(), false, 1 << 20);
        var entries = entries(engine().build(request, StepJournal.NONE, output).file());
        assertThat(entries.get("./f").attributes().get("security.capability")).isEqualTo(capability);
    }

    @Test
    void commandsSeeDirectoryUserAndEnvironment() throws Exception {
        built("ENV A=\"x y\" B=\"$HOME\"\nWORKDIR /srv/app\nWORKDIR sub\nUSER app\nRUN echo \"$A $B $HOME $PWD\"; id");
        assertThat(output.text()).isEqualTo("""
                        x y /root /home/app /srv/app/sub
                        uid=1000(app) gid=1000(app) groups=1000(app),2000(extra)
                        """);
    }

    @Test
    void whatIsSetStaysSetForAnotherUserAndNothingIsAdded() throws Exception {
        built("ENV tools=\"mine\" name=\"n\" HOME=\"/srv\" USER=\"someone\"\nRUN echo $tools $name $HOME $USER"
                + "\nUSER app\nRUN echo $tools $name $HOME $USER $LOGNAME $SHELL");
        assertThat(output.text()).isEqualTo("mine n /srv someone\nmine n /srv someone app /bin/sh\n");
    }

    @Test
    void userMayBeANumberThatExists() throws Exception {
        built("USER 1000\nRUN id\nUSER root\nRUN id");
        assertThat(output.text()).contains("uid=1000(app)").contains("uid=0(root)");
    }

    @Test
    void unknownUserFailsTheBuild() {
        assertThatThrownBy(() -> built("USER nobody"))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("no user nobody");
    }

    @Test
    void missingShellIsTold() {
        assertThatThrownBy(() -> built("RUN rm /bin/sh\nRUN echo"))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("no /bin/sh");
    }

    @Test
    void copyTakesAFileOfTheContext() throws Exception {
        var out = new ByteArrayOutputStream();
        try (var writer = new TarWriter(out)) {
            BusyboxBase.file(writer, "./conf/app.conf", "setting\n".getBytes(StandardCharsets.UTF_8), 0640);
        }
        var request = new BuildRequest(
                "exec-x",
                BusyboxBase.image(),
                commands("WORKDIR /etc\nCOPY conf/app.conf app\nRUN cat /etc/app/app.conf"),
                Optional.of(BusyboxBase.source(out.toByteArray())),
                false,
                1 << 20);
        var entries = entries(engine().build(request, StepJournal.NONE, output).file());
        assertThat(output.text()).isEqualTo("setting\n");
        assertThat(entries.get("./etc/app/app.conf").mode()).isEqualTo(0640);
    }

    @Test
    void copyWithoutContextFails() {
        assertThatThrownBy(() -> built("COPY a /b"))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("has no context");
    }

    @Test
    void scratchSpaceProcessesAndMountsAreGoneAfterAFailure() throws Exception {
        // Fails only once the other program runs: until then that is a copy of the shell.
        var content =
                "RUN /bin/sleep 98771 > /dev/null 2>&1 & until read name < /proc/$!/comm && [ $name = sleep ]; do :; done;"
                        + " echo it sleeps; exit 1";
        assertThatThrownBy(() -> built(content)).isInstanceOf(BuildFailedException.class);
        assertThat(output.text()).isEqualTo("it sleeps\n");
        assertThat(Sleepers.count(98771)).isZero();
        assertThat(Mounts.naming(directory)).isEmpty();
        assertThat(engine().traces()).isEmpty();
        engine().discard("exec-x");
        assertThat(directory.resolve("builds")).isEmptyDirectory();
    }

    @Test
    void baseImageIsUnpackedOnceUnlessItIsRemovedSinceTheCacheIsFull() throws Exception {
        var opened = new AtomicInteger();
        var image = BusyboxBase.image();
        var counted = new BuildRequest.BaseImage(
                image.digest(),
                offset -> {
                    opened.incrementAndGet();
                    return image.archive().open(offset);
                },
                image.metadata());
        buildOn(counted, "exec-x", engine());
        int once = opened.get();
        assertThat(once).isPositive();
        buildOn(counted, "exec-y", engine());
        assertThat(opened).hasValue(once);

        var small =
                new SandboxBuildEngine(TestSettings.of(directory).cacheBytes(1).build());
        buildOn(counted, "exec-x", small);
        try (var left = Files.newDirectoryStream(directory.resolve("bases-root"), "[0-9a-f]*")) {
            assertThat(left).isEmpty();
        }
        buildOn(counted, "exec-x", small);
        assertThat(opened).hasValue(2 * once);
    }

    private void buildOn(BuildRequest.BaseImage base, String name, SandboxBuildEngine engine) throws Exception {
        var request = new BuildRequest(name, base, commands("RUN true"), Optional.empty(), false, 1 << 20);
        engine.build(request, StepJournal.NONE, output);
    }

    @Test
    void whatIsInstalledIsReadFromTheFinishedFiles() throws Exception {
        var content = """
                RUN mkdir -p /var/lib/dpkg; printf 'Package: a\\nVersion: 1\\n' > /var/lib/dpkg/status
                RUN rm -r /var/lib/dpkg; mkdir -p /var/lib/dpkg/status.d; ln -s /etc/passwd /var/lib/dpkg/status
                RUN printf 'Package: b\\nVersion: 2\\n' > /var/lib/dpkg/status.d/b
                """;

        var built = engine().build(request("exec-x", content), StepJournal.NONE, output);

        assertThat(built.packages().orElseThrow().packages())
                .containsExactly(new InstalledPackage("dpkg", "b", "2", "all"));
    }

    @Test
    void aBuildThatChangesNoFileTakesTheBaseImageAsItWasPackedBefore() throws Exception {
        var packed = engine().build(request("exec-x", ""), StepJournal.NONE, output);
        var base = directory
                .resolve("bases-root")
                .resolve(BusyboxBase.image().digest().hex());

        var taken = engine().build(request("exec-y", "ENV A b\nUSER root\nLABEL c=\"d\""), StepJournal.NONE, output);

        assertThat(taken.digest()).isEqualTo(packed.digest());
        assertThat(taken.metadata().environment()).containsEntry("A", "b");
        assertThat(Files.getAttribute(taken.file(), "unix:ino"))
                .isEqualTo(Files.getAttribute(packed.file(), "unix:ino"));
        var full =
                new SandboxBuildEngine(TestSettings.of(directory).cacheBytes(1).build());
        assertThat(full.build(request("exec-z", ""), StepJournal.NONE, output).digest())
                .isEqualTo(packed.digest());
        assertThat(base).doesNotExist();
        assertThat(entries(taken.file())).containsKey("./bin/sh");
    }

    @Test
    void keptLayersHoldWhatStepsRemovedReplacedLinkedAndLeftInTmp() throws Exception {
        var content = """
                RUN mkdir -p /d/e && echo 1 > /d/a && echo 1 > /d/e/x && ln /d/a /d/hard && ln -s a /d/soft
                RUN echo kept > /tmp/t; rm -r /d/e; mkdir /d/e; echo 2 > /d/e/y; rm /bin/wget; chown 7:8 /d/a
                WORKDIR /made/here
                RUN cat /tmp/t > where-it-was-left && rm /d/soft
                RUN test ! -e /d/e/x && test ! -e /bin/wget && mv /d/e /f""";
        var journal = new RememberedSteps();
        var first = engine().build(request("exec-x", content), journal, output);
        // Now, for the next build of the name removes it.
        var entries = entries(first.file());
        for (int kept = 1; kept <= 5; kept++) {
            var again = engine().build(request("exec-x", content), journal.until(kept), output);
            assertThat(again.digest()).as("with %d steps kept", kept).isEqualTo(first.digest());
        }
        assertThat(entries.keySet())
                .contains("./f/y", "./made/here/where-it-was-left", "./d/hard")
                .doesNotContain("./d/e/x", "./f/x", "./bin/wget", "./d/soft");
    }

    @Test
    void moreStepsThanTheKernelTakesLayers() throws Exception {
        var content = "RUN echo 0 > /n\n" + "RUN echo x >> /n\n".repeat(Layers.MOST + 2);
        var journal = new RememberedSteps();
        var first = engine().build(request("exec-x", content), journal, output);
        var again = engine().build(request("exec-x", content), journal.until(Layers.MOST + 1), output);
        assertThat(again.digest()).isEqualTo(first.digest());
    }

    @Test
    void exitCodeOfTheFailedStepIsKept() {
        var journal = new RememberedSteps();
        assertThatThrownBy(() -> engine().build(request("exec-x", "RUN true\nRUN exit 7"), journal, output))
                .isInstanceOf(BuildFailedException.class);
        assertThat(journal.kept()).hasSize(1);
        assertThat(journal.failed()).isEqualTo(7);
    }
}
