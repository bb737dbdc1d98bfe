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
 * Port: a region that keeps images. An object is identified by its key and the digest of its bytes: one key may have
 * several objects, and a reader asks for the one that a row names. So what a superseded attempt stores late does no
 * harm. Every implementation passes {@code RegionStoreContract}. All methods may block on the region; an
 * {@link IOException} means "this region, now": the caller may try again, and other regions are not affected.
 * Interrupting the calling thread ends a call with {@link java.io.InterruptedIOException} within a second.
 */
public interface RegionStore {

    RegionId region();

    /** Fails when the region cannot be reached or written to. Leaves nothing behind. */
    void check() throws IOException;

    /**
     * Stores the bytes under the key, beside existing objects. The object becomes visible only when all of its bytes
     * are durable and their digest was compared; a failure or a crash makes nothing visible under the key.
     *
     * @param expected the digest that the bytes must have, or null when the caller does not know it yet
     * @param progress receives the number of bytes written so far, at most a few times a second, and the total once all
     *     are durable but not visible yet: an exception from it then leaves everything as it was
     * @throws DigestMismatchException when the bytes are not the expected ones
     */
    StoredObject put(StoreKey key, InputStream bytes, @Nullable Digest expected, LongConsumer progress)
            throws IOException;

    /**
     * Stores known content under the key, with the promises of {@link #put}, and continues what earlier calls for the
     * same content left there: a call that fails, or whose process is killed, leaves the parts that it has verified.
     * They are trusted no more than new bytes: each is compared with its digest, and transferred again if it differs.
     * Calls for the same key and content may overlap, in this process or others; each succeeds or fails on its own.
     *
     * @param source opened at the first missing byte, and again after each gap
     * @param progress receives first the number of bytes kept, then the number present; all of them are durable
     * @throws DigestMismatchException when the source's bytes differ
     */
    void copy(StoreKey key, StoredObject content, Parts parts, ByteSource source, LongConsumer progress)
            throws IOException;

    /** The bytes from an offset on; fails with {@link java.io.FileNotFoundException} when there is no such object. */
    InputStream open(StoreKey key, Digest digest, long offset) throws IOException;

    /** The object of this key and digest, or empty. */
    Optional<StoredObject> find(StoreKey key, Digest digest) throws IOException;

    /** Removes every object of the key, and leftovers of an interrupted {@link #put} or {@link #copy}. */
    void delete(StoreKey key) throws IOException;

    /**
     * Lists everything in the region, in no order: objects and leftovers of interrupted calls. What is added or removed
     * meanwhile may be missing.
     *
     * @param below only this key and keys that begin with it and a slash; null for all
     */
    void list(@Nullable StoreKey below, Consumer<StoredItem> found) throws IOException;

    /**
     * Removes exactly this item, if it still exists. The name of a leftover is never used again; a {@link #copy} that
     * continues it gives it another. An object may come again, so the caller must ensure that nobody stores the same
     * bytes again meanwhile.
     */
    void remove(StoredItem item) throws IOException;

    /**
     * Removes exactly this object, if it still exists, for a caller whose right to it may end at any time, as that of a
     * lock does: the caller may be halted here for as long as you like. The object is first made invisible, then comes
     * the proof; what others store before or after it stays.
     *
     * @param proof throws when the right has ended; then the object is visible again
     */
    void remove(StoredItem object, Runnable proof) throws IOException;
}
