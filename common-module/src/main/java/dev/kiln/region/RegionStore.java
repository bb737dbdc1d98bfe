package dev.kiln.region;

import dev.kiln.image.Digest;
import dev.kiln.image.archive.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Port: a region that keeps images. An object is known by its key and the digest of its bytes: several may lie under
 * one key, and whoever reads says which one a row names. So what a superseded attempt stores late harms nobody. Every
 * implementation passes {@code RegionStoreContract}. All methods may block on the region; an {@link IOException} means
 * "this region, now": the caller may try again and no other region is concerned. Interrupting the calling thread ends a
 * call with {@link java.io.InterruptedIOException} within a second.
 */
public interface RegionStore {

    RegionId region();

    /** Fails when the region cannot be reached or not be written to. Leaves nothing behind. */
    void check() throws IOException;

    /**
     * Stores the bytes under the key, beside whatever else is there. Nobody sees the object before all of its bytes are
     * durable and their digest was compared; after a failure or a crash nothing is visible under the key that was not
     * before.
     *
     * @param expected the digest that the bytes must have, or null when the caller does not know it yet
     * @param progress is told the number of bytes written so far, at most a few times a second, and of all of them once
     *     they are durable and nobody sees them yet: what it throws then leaves everything as it was
     * @throws DigestMismatchException when the bytes are not the expected ones
     */
    StoredObject put(StoreKey key, InputStream bytes, @Nullable Digest expected, LongConsumer progress)
            throws IOException;

    /**
     * Stores under the key what is known beforehand, with the promises of {@link #put}, and goes on after what earlier
     * calls for the same content have left there: a call that fails, or whose process is killed, leaves the parts that
     * it has verified. They are trusted no more than what arrives: each is compared with its digest, and transferred
     * again if it is another. Calls for the same key and content may overlap, in this process or others; each succeeds
     * or fails alone.
     *
     * @param source is opened at the first byte that is missing, and after each gap
     * @param progress is told first how many bytes were kept, then how many there are; what was told is durable
     * @throws DigestMismatchException when the source has other bytes
     */
    void copy(StoreKey key, StoredObject content, Parts parts, ByteSource source, LongConsumer progress)
            throws IOException;

    /** The bytes from an offset on; fails with {@link java.io.FileNotFoundException} when there is no such object. */
    InputStream open(StoreKey key, Digest digest, long offset) throws IOException;

    /** The object of this key and digest, or empty. */
    Optional<StoredObject> find(StoreKey key, Digest digest) throws IOException;

    /** Removes every object of the key, and whatever an interrupted {@link #put} or {@link #copy} left of one. */
    void delete(StoreKey key) throws IOException;

    /**
     * Names everything that lies in the region, in no order: objects, and what interrupted calls left. What comes or
     * goes meanwhile may be missing.
     *
     * @param below this key and keys that begin with it and a slash; null for all
     */
    void list(@Nullable StoreKey below, Consumer<StoredItem> found) throws IOException;

    /**
     * Removes exactly this, if it is still there. A leftover never comes again under its name, and has another once a
     * {@link #copy} goes on with it; an object may come again, so whoever removes one sees to it that nobody stores the
     * same bytes again meanwhile.
     */
    void remove(StoredItem item) throws IOException;
}
