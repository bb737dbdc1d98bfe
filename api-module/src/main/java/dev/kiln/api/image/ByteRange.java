package dev.kiln.api.image;

import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.image.Digest;
import dev.kiln.region.RegionStore;
import dev.kiln.region.StoreKey;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.regex.Pattern;

/**
 * The part of an object that a Range header asks for; any header but one plain range means the whole, as HTTP allows.
 */
record ByteRange(long first, long last, long size) {

    private static final Pattern FORM = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");
    private static final int BUFFER = 64 * 1024;

    static ByteRange of(String header, long size) {
        var whole = new ByteRange(0, size - 1, size);
        var matcher = FORM.matcher(header.trim());
        if (!matcher.matches() || (matcher.group(1) + matcher.group(2)).isEmpty()) {
            return whole;
        }
        if (matcher.group(1).isEmpty()) {
            return new ByteRange(Math.max(0, size - Long.parseLong(matcher.group(2))), size - 1, size).satisfiable();
        }
        var first = Long.parseLong(matcher.group(1));
        var last = matcher.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(matcher.group(2));
        return last < first ? whole : new ByteRange(first, Math.min(last, size - 1), size).satisfiable();
    }

    private ByteRange satisfiable() {
        if (first > last) {
            throw RestCodes.RANGE.because("The image has " + size + " bytes: ask for some of them.");
        }
        return this;
    }

    boolean isWhole() {
        return first == 0 && last == size - 1;
    }

    long length() {
        return last - first + 1;
    }

    String header() {
        return "bytes " + first + "-" + last + "/" + size;
    }

    InputStream open(RegionStore store, StoreKey key, Digest digest) {
        try {
            return store.open(key, digest, first);
        } catch (FileNotFoundException e) {
            throw RestCodes.IMAGE_LOST.because(
                    "The bytes of the image are not in region " + store.region()
                            + " any more, where they were kept. Build, copy or upload it again; ./kiln doctor shows what is lost.");
        } catch (IOException e) {
            throw Refusals.regionAway(store.region());
        }
    }

    /** Copies exactly the announced number of bytes, or fails. */
    void copy(InputStream from, OutputStream to) throws IOException {
        var buffer = new byte[BUFFER];
        var left = length();
        while (left > 0) {
            var read = from.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                throw new IOException("the stored image ended " + left + " bytes early");
            }
            to.write(buffer, 0, read);
            left -= read;
        }
    }
}
