package dev.kiln.image.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Archives with much in them, and those that would take much to read. */
@Timeout(60)
class HeavyArchiveTest {

    private static final int MIB = 1 << 20;

    private static ArchiveFacts inspect(byte[] bytes) throws IOException, ArchiveRefusedException {
        return new ArchiveInspector(ArchiveLimits.DEFAULT).inspect(Archives.source(bytes));
    }

    private static void refused(byte[] bytes, String... words) {
        assertThatThrownBy(() -> inspect(bytes))
                .isInstanceOf(ArchiveRefusedException.class)
                .message()
                .contains(words);
    }

    @Test
    void aPlainLayerIsVerifiedWithWhatIsSkippedInIt() throws Exception {
        var layer = new Archives().file("a", new byte[MIB]).file("b", "x").bytes();
        var archive = Archives.oci("{}", layer).bytes();
        assertThat(inspect(archive).entries()).isEqualTo(2);
        archive[indexOf(archive, layer) + MIB / 2] ^= 1;
        refused(archive, "has the digest", "damaged");
    }

    private static int indexOf(byte[] archive, byte[] layer) {
        int at = 0;
        while (!Arrays.equals(archive, at, at + layer.length, layer, 0, layer.length)) {
            at += TarHeader.BLOCK;
        }
        return at;
    }

    @Test
    void aSourceThatFailsWhileAFileIsSkippedIsNotTheArchivesFault() {
        var bytes = new Archives().file("a", new byte[MIB]).file("b", "x").bytes();
        ByteSource failing = offset -> new FilterInputStream(new ByteArrayInputStream(bytes)) {
            @Override
            public long skip(long count) throws IOException {
                throw new IOException("no connection");
            }
        };
        assertThatThrownBy(() -> new ArchiveInspector(ArchiveLimits.DEFAULT).inspect(failing))
                .isInstanceOf(IOException.class)
                .hasMessage("no connection");
    }

    @Test
    void bombsAreRefusedWhileTheyAreRead() {
        var limits = new ArchiveLimits(20, 1L << 40, 100, 300, 8192, 4096, 3, 27, Duration.ofMinutes(1));
        var bomb =
                Archives.packed(new Archives().file("zero", new byte[80 << 20]).bytes(), GZIPOutputStream::new);
        assertThatThrownBy(() -> new ArchiveInspector(limits).inspect(Archives.source(bomb)))
                .isInstanceOf(ArchiveRefusedException.class)
                .hasMessageContaining("100 times");
    }

    @Test
    void jsonOfManyPartsIsRefused() {
        var many = "{\"manifests\":[" + "{},".repeat(60_000) + "{}]}";
        refused(new Archives().file("index.json", many).bytes(), "index.json", "100000 parts", "export");
        refused(Archives.oci(many, new Archives().file("a", "x").bytes()).bytes(), "blobs/sha256/", "100000 parts");
    }

    @Test
    void whatTheConfigurationSaysHasALimitInAll() throws Exception {
        var layer = new Archives().file("a", "x").bytes();
        var some = "x".repeat(40_000);
        var three = "{\"config\":{\"Env\":[\"A=" + some + "\"],\"Cmd\":[\"" + some + "\"],\"Labels\":{\"l\":\"" + some
                + "\"}%s}}";
        assertThat(inspect(Archives.oci(three.formatted(""), layer).bytes())
                        .metadata()
                        .labels())
                .containsEntry("l", some);
        refused(
                Archives.oci(three.formatted(",\"User\":\"" + some + "\""), layer)
                        .bytes(),
                "160",
                "at most 131072",
                "export it with fewer");
        var empty = "{\"config\":{\"Cmd\":[" + "\"\",".repeat(60_000) + "\"\"]}}";
        refused(Archives.oci(empty, layer).bytes(), "180", "at most 131072");
    }

    @Test
    void zstdMayNeedWhatLevel19NeedsAndNoMore() throws Exception {
        var bytes = new Archives().file("a", new byte[MIB]).bytes();
        assertThat(inspect(Archives.packed(bytes, out -> new ZstdOutputStream(out, 19)))
                        .entries())
                .isEqualTo(1);
        for (int log : new int[] {25, 27}) {
            var wide = Archives.packed(bytes, out -> new ZstdOutputStream(out).setWindowLog(log));
            refused(wide, "16 MiB", "zstd -19 or less");
            refused(Archives.oci("{}", wide).bytes(), "16 MiB", "zstd -19 or less");
        }
    }

    /** As an image that was made by kiln.engine.compression=22. */
    @Test
    void whatIsStoredMayHaveWiderWindows() throws Exception {
        var bytes = new Archives().file("a", "x").bytes();
        var stored = Archives.packed(bytes, out -> new ZstdOutputStream(out).setWindowLog(27));
        var names = new ArrayList<String>();
        for (var layer : ArchiveContents.open(Archives.source(stored), ArchiveLimits.DEFAULT)
                .layers()) {
            layer.read((entry, reader) -> names.add(entry.name()));
        }
        assertThat(names).containsExactly("a");
    }

    @Test
    void xzMayNeedWhatItsHighestPresetNeedsAndNoMore() throws Exception {
        assertThat(inspect(xz(28)).entries()).isEqualTo(1);
        refused(xz(29), "98", "KiB", "xz -9");
    }

    /** Says that it needs a dictionary of 64 MiB (28), 96 MiB (29) and so on. */
    private static byte[] xz(int dictionary) {
        var bytes = Archives.packed(
                new Archives().file("a", "x").bytes(), out -> new XZOutputStream(out, new LZMA2Options(1)));
        bytes[16] = (byte) dictionary;
        var sum = new CRC32();
        sum.update(bytes, 12, 8);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(20, (int) sum.getValue());
        return bytes;
    }

    @Test
    void theTurnOfXzEndsWithItsMemoryAndNotBefore() throws Exception {
        var bytes = xz(20);
        var freeWhenClosed = new ArrayList<Integer>();
        new ArchiveInspector(ArchiveLimits.DEFAULT)
                .inspect(offset -> new FilterInputStream(new ByteArrayInputStream(bytes)) {
                    @Override
                    public void close() throws IOException {
                        freeWhenClosed.add(Unpacking.XZ_TURNS.availablePermits());
                        super.close();
                    }
                });
        assertThat(freeWhenClosed).first().isEqualTo(Unpacking.MOST_XZ - 1);
    }

    @Test
    void nobodyWaitsForXzWithoutEnd() throws Exception {
        var limits = new ArchiveLimits(20, 1 << 20, 100, 300, 8192, 4096, 3, 27, Duration.ofMillis(10));
        Unpacking.XZ_TURNS.acquire(Unpacking.MOST_XZ);
        try {
            assertThatThrownBy(() -> new ArchiveInspector(limits).inspect(Archives.source(xz(20))))
                    .isInstanceOf(XzBusyException.class)
                    .hasMessageContaining("try again");
        } finally {
            Unpacking.XZ_TURNS.release(Unpacking.MOST_XZ);
        }
        assertThat(new ArchiveInspector(limits).inspect(Archives.source(xz(20))).entries())
                .isEqualTo(1);
    }

    @Test
    void onlySoManyAreUnpackedByXzAtOnce() throws Exception {
        Unpacking.XZ_TURNS.acquire(Unpacking.MOST_XZ);
        var waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return inspect(xz(20)).entries();
            } catch (IOException | ArchiveRefusedException e) {
                throw new IllegalStateException(e);
            }
        });
        while (!Unpacking.XZ_TURNS.hasQueuedThreads()) {
            assertThat(waiting).isNotDone();
            Thread.onSpinWait();
        }
        Unpacking.XZ_TURNS.release(Unpacking.MOST_XZ);
        assertThat(waiting.get(30, TimeUnit.SECONDS)).isEqualTo(1);
        refused(xz(29), "xz -9");
        assertThat(Unpacking.XZ_TURNS.tryAcquire(Unpacking.MOST_XZ, 30, TimeUnit.SECONDS))
                .isTrue();
        Unpacking.XZ_TURNS.release(Unpacking.MOST_XZ);
    }
}
