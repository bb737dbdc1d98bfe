package dev.kiln.image.archive;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.XZInputStream;

/** Unpacks plain, gzip, xz and zstd bytes, recognised by their first bytes, and limits what comes out of them. */
public final class Unpacking {

    private static final int XZ_MEMORY_KIB = 65 << 10;

    /** A few bytes can make xz allocate all of its permitted memory, so only a few archives use it at a time. */
    static final int MOST_XZ =
            (int) Math.min(64, Math.max(1, Runtime.getRuntime().maxMemory() >> 28));

    static final Semaphore XZ_TURNS = new Semaphore(MOST_XZ, true);
    private static final long RATIO_COUNTS_FROM = 64L << 20;
    private static final byte[] GZIP = {0x1f, (byte) 0x8b};
    private static final byte[] XZ = {(byte) 0xfd, '7', 'z', 'X', 'Z', 0};
    private static final byte[] ZSTD = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};

    private Unpacking() {}

    /** The unpacked bytes; closing the stream closes the packed one. */
    static InputStream unpack(InputStream packed, ArchiveLimits limits) throws IOException {
        var counted = new Counted(packed);
        var in = new BufferedInputStream(counted, 64 << 10);
        var magic = magic(in);
        if (starts(magic, GZIP)) {
            return new Bounded(gunzip(in), counted, limits);
        }
        if (starts(magic, XZ)) {
            return new Bounded(unxz(in, limits), counted, limits);
        }
        return starts(magic, ZSTD) ? new Bounded(new Zstandard(in, limits.windowLog()), counted, limits) : in;
    }

    /** Reads all members of the file, independent of where the JDK's reader believes that one ends. */
    private static InputStream gunzip(InputStream in) throws IOException {
        try {
            return new CompressorStreamFactory(true).createCompressorInputStream(CompressorStreamFactory.GZIP, in);
        } catch (CompressorException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Waits for a free slot, which the stream holds until it is closed. */
    private static InputStream unxz(InputStream in, ArchiveLimits limits) throws IOException {
        try {
            if (!XZ_TURNS.tryAcquire(limits.xzWait().toNanos(), TimeUnit.NANOSECONDS)) {
                // Not the archive's fault: whoever asked may try again.
                throw new SourceFailedException(new XzBusyException(
                        "the archive has waited " + limits.xzWait().toSeconds() + " s while " + MOST_XZ
                                + " others were unpacked by xz; try again, or pack it by gzip or zstd"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while other archives are unpacked");
        }
        InputStream unpacked = null;
        try {
            unpacked = new Xz(new XZInputStream(in, XZ_MEMORY_KIB));
            return unpacked;
        } finally {
            if (unpacked == null) {
                XZ_TURNS.release();
            }
        }
    }

    /** Whether the next bytes are those of a packed file; consumes none of them. */
    static boolean isPacked(InputStream in) throws IOException {
        return isPacked(magic(in));
    }

    /** Whether a packed file begins like this; six bytes are enough. */
    public static boolean isPacked(byte[] head) {
        return starts(head, GZIP) || starts(head, XZ) || starts(head, ZSTD);
    }

    private static byte[] magic(InputStream in) throws IOException {
        in.mark(16);
        var magic = in.readNBytes(6);
        in.reset();
        return magic;
    }

    private static boolean starts(byte[] bytes, byte[] magic) {
        return bytes.length >= magic.length && Arrays.equals(Arrays.copyOf(bytes, magic.length), magic);
    }

    /** Counts the packed bytes, and marks failures of their source. */
    private static final class Counted extends FilterInputStream {

        private long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                int read = in.read(buffer, offset, length);
                count += Math.max(read, 0);
                return read;
            } catch (RefusedStreamException e) {
                throw e;
            } catch (IOException e) {
                throw new SourceFailedException(e);
            }
        }

        @Override
        public long skip(long wanted) throws IOException {
            try {
                long skipped = in.skip(wanted);
                count += skipped;
                return skipped;
            } catch (IOException e) {
                throw new SourceFailedException(e);
            }
        }
    }

    private static final class Zstandard extends FilterInputStream {

        private final int windowLog;

        Zstandard(InputStream in, int windowLog) throws IOException {
            super(new ZstdInputStream(in).setLongMax(windowLog));
            this.windowLog = windowLog;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return in.read(buffer, offset, length);
            } catch (ZstdIOException e) {
                if (e.getErrorCode() == Zstd.errFrameParameterWindowTooLarge()) {
                    throw new RefusedStreamException("the archive needs a window of more than "
                            + (1L << windowLog >> 20) + " MiB of memory to be unpacked by zstd;"
                            + " pack it again by zstd -19 or less, without --long");
                }
                throw e;
            }
        }
    }

    private static final class Xz extends FilterInputStream {

        private boolean closed;

        Xz(XZInputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return in.read(buffer, offset, length);
            } catch (MemoryLimitException e) {
                throw new RefusedStreamException("the archive needs " + e.getMemoryNeeded()
                        + " KiB of memory to be unpacked by xz, and at most " + XZ_MEMORY_KIB
                        + " are given; pack it again by xz -9 or less");
            }
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try {
                super.close(); // releases the memory
            } finally {
                XZ_TURNS.release();
            }
        }
    }

    /** Refuses an archive that unpacks to too much, or too much for its size. */
    private static final class Bounded extends FilterInputStream {

        private final Counted packed;
        private final ArchiveLimits limits;
        private long count;

        Bounded(InputStream in, Counted packed, ArchiveLimits limits) {
            super(in);
            this.packed = packed;
            this.limits = limits;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = in.read(buffer, offset, length);
            count += Math.max(read, 0);
            if (count > RATIO_COUNTS_FROM && count / limits.compressionRatio() > packed.count) {
                throw new RefusedStreamException("the archive unpacks to more than " + limits.compressionRatio()
                        + " times its size: a decompression bomb, or not an image");
            }
            // Headers and padding add to the contents, so the stream itself may be half as long again.
            if (count > limits.unpackedBytes() + limits.unpackedBytes() / 2 + (1L << 20)) {
                throw new RefusedStreamException(
                        "the archive unpacks to more than " + limits.unpackedBytes() + " bytes of contents");
            }
            return read;
        }

        @Override
        public long skip(long wanted) throws IOException {
            var buffer = new byte[(int) Math.min(wanted, 64 << 10)];
            return Math.max(wanted <= 0 ? 0 : read(buffer, 0, buffer.length), 0);
        }
    }
}
