package dev.kiln.image.archive;

import dev.kiln.image.Digest;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * One tar archive within an image archive: all of it, or a layer of an OCI image.
 *
 * @param offset where its bytes begin
 * @param length number of bytes, or -1 for "up to the end"
 * @param digest expected digest of the bytes, when it is known
 */
public record ArchiveLayer(ByteSource source, long offset, long length, Optional<Digest> digest, ArchiveLimits limits) {

    /** Receives each entry unchecked, as it is in the archive; may read its contents from the reader. */
    @FunctionalInterface
    public interface Visitor {
        void visit(TarEntry entry, TarReader contents) throws IOException;
    }

    /** Reads all entries in order, then verifies the digest. */
    public void read(Visitor visitor) throws IOException, ArchiveRefusedException {
        try {
            readAll(visitor);
        } catch (IOException e) {
            throw refusal(e);
        }
    }

    private void readAll(Visitor visitor) throws IOException {
        var computation = Digest.computation();
        try (var in = open(source, offset, length);
                var raw = digest.isEmpty() ? in : new Digested(in, computation);
                var unpacked = Unpacking.unpack(raw, limits)) {
            var reader = new TarReader(unpacked, limits);
            for (var entry = reader.next(); entry != null; entry = reader.next()) {
                visitor.visit(entry, reader);
            }
            if (digest.isPresent()) {
                raw.transferTo(OutputStream.nullOutputStream());
                verify(digest.get(), Digest.of(computation));
            }
        }
    }

    static void verify(Digest expected, Digest actual) throws RefusedStreamException {
        if (!actual.equals(expected)) {
            throw new RefusedStreamException("blob " + expected + " has the digest " + actual
                    + ": the archive is damaged; export the image again");
        }
    }

    /** Opens a part of the source; marks a failure to open it as the source's. */
    static InputStream open(ByteSource source, long offset, long length) throws IOException {
        try {
            var in = new BufferedInputStream(source.open(offset), 64 << 10);
            return length < 0 ? in : new Part(in, length);
        } catch (IOException e) {
            throw new SourceFailedException(e);
        }
    }

    /** The refusal for the caller when the archive is at fault; otherwise throws the source's failure. */
    static ArchiveRefusedException refusal(IOException e) throws IOException {
        if (e instanceof SourceFailedException failure) {
            throw failure.reason();
        }
        if (e instanceof InterruptedIOException) {
            throw e;
        }
        return e instanceof RefusedStreamException
                ? new ArchiveRefusedException(String.valueOf(e.getMessage()))
                : new ArchiveRefusedException("the archive is damaged: " + e.getMessage());
    }

    /** Hashes skipped bytes too, which the JDK's stream does not; contents in a plain layer are skipped. */
    private static final class Digested extends DigestInputStream {

        Digested(InputStream in, MessageDigest computation) {
            super(in, computation);
        }

        @Override
        public long skip(long wanted) throws IOException {
            var buffer = new byte[(int) Math.min(Math.max(wanted, 0), 64 << 10)];
            return Math.max(read(buffer, 0, buffer.length), 0);
        }
    }

    private static final class Part extends FilterInputStream {

        private long left;

        Part(InputStream in, long length) {
            super(in);
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = left == 0 ? -1 : in.read(buffer, offset, (int) Math.min(length, left));
            left -= Math.max(read, 0);
            return read;
        }

        @Override
        public long skip(long wanted) throws IOException {
            long skipped = in.skip(Math.min(wanted, left));
            left -= skipped;
            return skipped;
        }

        @Override
        public int available() throws IOException {
            return (int) Math.min(in.available(), left);
        }
    }
}
