package dev.kiln.worker.engine;

import dev.kiln.image.ImageMetadata;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Runs in a Java process that a test kills: unpacks a base image of which half never comes. */
public final class EndlessUnpacking {

    private EndlessUnpacking() {}

    public static void main(String[] arguments) throws Exception {
        var bytes = BusyboxBase.bytes();
        var whole = BusyboxBase.image(bytes);
        var half = new BuildRequest.BaseImage(
                whole.digest(),
                offset -> new SequenceInputStream(
                        new ByteArrayInputStream(bytes, (int) offset, Math.max(0, bytes.length / 2 - (int) offset)),
                        new Silence()),
                ImageMetadata.EMPTY);
        var request = new BuildRequest("exec-endless", half, List.of(), Optional.empty(), false, 1 << 20);
        new SandboxBuildEngine(EngineSettings.in(Path.of(arguments[0]))).test(request, new RecordedOutput());
    }

    private static final class Silence extends InputStream {
        @Override
        public int read() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            return read();
        }
    }
}
