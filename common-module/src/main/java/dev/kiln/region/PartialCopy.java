package dev.kiln.region;

import dev.kiln.image.Digest;
import dev.kiln.image.archive.ByteSource;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Completes a file that may have some parts already. Every part is compared with its digest before it is written, to
 * its own place: others that write the same content to the same file do no harm.
 */
final class PartialCopy implements Closeable {

    private static final int BUFFER_BYTES = 1 << 18;
    private static final Duration PROGRESS_EVERY = Duration.ofMillis(250);

    private final FileChannel file;
    private final StoredObject content;
    private final Parts parts;
    private final ByteSource source;
    private final byte[] part;
    private @Nullable InputStream open;
    private long position;

    PartialCopy(FileChannel file, StoredObject content, Parts parts, ByteSource source) {
        this.file = file;
        this.content = content;
        this.parts = parts;
        this.source = source;
        this.part = new byte[(int) Math.min(parts.length(), content.bytes())];
    }

    /** Returns once the file has exactly the content, durably; the progress that it reports is durable too. */
    void complete(LongConsumer progress) throws IOException {
        var whole = Digest.computation();
        var told = 0L;
        boolean transferring = false;
        var offset = 0L;
        for (var digest : parts.digests()) {
            int length = (int) Math.min(parts.length(), content.bytes() - offset);
            if (!isThere(offset, length, digest)) {
                if (!transferring || System.nanoTime() - told > PROGRESS_EVERY.toNanos()) {
                    file.force(false);
                    progress.accept(offset);
                    transferring = true;
                    told = System.nanoTime();
                }
                transfer(offset, length, digest);
            }
            whole.update(part, 0, length);
            offset += length;
        }
        if (!Digest.of(whole).equals(content.digest())) {
            throw new IOException("the parts of " + content.digest() + " are those of other bytes");
        }
        if (file.size() > content.bytes()) {
            file.truncate(content.bytes());
        }
        file.force(true);
        progress.accept(content.bytes());
    }

    private boolean isThere(long offset, int length, Digest expected) throws IOException {
        if (file.size() < offset + length) {
            return false;
        }
        for (var read = 0; read < length; ) {
            int n = file.read(buffer(read, length), offset + read);
            if (n < 0) {
                return false;
            }
            read += n;
        }
        return digest(length).equals(expected);
    }

    private void transfer(long offset, int length, Digest expected) throws IOException {
        fetch(offset, length);
        var actual = digest(length);
        if (!actual.equals(expected)) {
            throw new DigestMismatchException("part at byte " + offset + " of " + content.digest(), expected, actual);
        }
        for (var written = 0; written < length; ) {
            written += file.write(buffer(written, length), offset + written);
        }
    }

    private void fetch(long offset, int length) throws IOException {
        if (open == null || position != offset) {
            close();
            open = source.open(offset);
        }
        for (var read = 0; read < length; ) {
            if (Thread.interrupted()) {
                throw new InterruptedIOException("interrupted after " + (offset + read) + " bytes");
            }
            int n = open.read(part, read, Math.min(BUFFER_BYTES, length - read));
            if (n < 0) {
                throw new EOFException("the source ended after " + (offset + read) + " of " + content.bytes());
            }
            read += n;
        }
        position = offset + length;
    }

    // Never the whole part at once: a channel keeps a buffer outside of the heap as large as the largest piece.
    private ByteBuffer buffer(int from, int length) {
        return ByteBuffer.wrap(part, from, Math.min(BUFFER_BYTES, length - from));
    }

    private Digest digest(int length) {
        var computation = Digest.computation();
        computation.update(part, 0, length);
        return Digest.of(computation);
    }

    @Override
    public void close() throws IOException {
        if (open != null) {
            open.close();
            open = null;
        }
    }
}
