package dev.kiln.api.rest;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Gateway;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.image.Digest;
import dev.kiln.region.DigestMismatchException;
import dev.kiln.region.RegionStore;
import dev.kiln.region.StoreKey;
import dev.kiln.region.StoredObject;
import jakarta.servlet.http.HttpServletRequest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;
import org.springframework.util.unit.DataSize;

/** The body of an upload, limited in size and compared with its signed hash. */
public final class UploadBody {

    private final InputStream bytes;
    private final Digest expected;

    private UploadBody(InputStream bytes, Digest expected) {
        this.bytes = bytes;
        this.expected = expected;
    }

    /** The body of a request whose signature was verified. */
    public static UploadBody of(HttpServletRequest request, DataSize limit) throws IOException {
        if (request.getContentLengthLong() > limit.toBytes()) {
            throw tooLarge(limit);
        }
        var hash = String.valueOf(request.getHeader("x-acs-content-sha256")).trim();
        return new UploadBody(new Limited(request.getInputStream(), limit), new Digest("sha256:" + hash));
    }

    /** Stores the body, or refuses it and leaves nothing under the key. */
    public StoredObject storeIn(RegionStore store, StoreKey key, LongConsumer progress) {
        try {
            return store.put(key, bytes, expected, progress);
        } catch (DigestMismatchException e) {
            throw Gateway.SIGNATURE_MISMATCH.because(
                    "The body that arrived does not have the signed x-acs-content-sha256. Send it again.");
        } catch (IOException e) {
            throw Refusals.regionAway(store.region());
        }
    }

    /** The digest that was signed for the body. */
    public Digest expected() {
        return expected;
    }

    private static ApiException tooLarge(DataSize limit) {
        return RestCodes.TOO_LARGE.because("The body has more than " + limit.toBytes() + " bytes.");
    }

    private static final class Limited extends FilterInputStream {

        private final DataSize limit;
        private long count;

        Limited(InputStream in, DataSize limit) {
            super(in);
            this.limit = limit;
        }

        @Override
        public int read() {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            try {
                var read = super.read(buffer, offset, length);
                count(Math.max(0, read));
                return read;
            } catch (IOException e) {
                throw Refusals.bodyBrokeOff();
            }
        }

        private void count(int more) {
            count += more;
            if (count > limit.toBytes()) {
                throw tooLarge(limit);
            }
        }
    }
}
