package dev.kiln.region;

import dev.kiln.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** Passes a stream's bytes on and computes the digests of their parts. */
public final class PartDigests extends InputStream {

    private final InputStream bytes;
    private final int length;
    private final MessageDigest computation = Digest.computation();
    private final List<Digest> digests = new ArrayList<>();
    private int fed;

    /** @param length number of bytes of each part but the last */
    public PartDigests(InputStream bytes, int length) {
        this.bytes = bytes;
        this.length = length;
    }

    /** The parts of everything that was read; call it once, at the end. */
    public Parts parts() {
        if (fed > 0) {
            digests.add(Digest.of(computation));
            fed = 0;
        }
        return new Parts(length, digests);
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] buffer, int offset, int most) throws IOException {
        int n = bytes.read(buffer, offset, Math.min(most, length - fed));
        if (n > 0) {
            computation.update(buffer, offset, n);
            fed += n;
            if (fed == length) {
                digests.add(Digest.of(computation));
                fed = 0;
            }
        }
        return n;
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
