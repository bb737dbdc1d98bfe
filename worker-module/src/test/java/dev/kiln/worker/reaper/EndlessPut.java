package dev.kiln.worker.reaper;

import dev.kiln.image.Digest;
import dev.kiln.region.DirectoryRegionStore;
import dev.kiln.region.Parts;
import dev.kiln.region.RegionId;
import dev.kiln.region.StoreKey;
import dev.kiln.region.StoredObject;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Runs in a Java process that a test kills: stores an object, or makes a copy, of which only the beginning ever comes.
 */
public final class EndlessPut {

    static final int BYTES = (1 << 20) + 1;
    static final Parts PARTS = new Parts(1 << 18, digests());

    private EndlessPut() {}

    public static void main(String[] arguments) throws Exception {
        var store = new DirectoryRegionStore(new RegionId("cn-one"), Path.of(arguments[0]));
        var key = new StoreKey(arguments[1]);
        if (arguments.length == 2) {
            store.put(key, new Beginning(), null, done -> {});
        } else {
            store.copy(key, object(), PARTS, offset -> new Beginning(), done -> {});
        }
    }

    /** What the copy would become: a byte more than ever comes. */
    static StoredObject object() {
        return new StoredObject(digest(BYTES), BYTES);
    }

    private static List<Digest> digests() {
        var whole = digest(1 << 18);
        return List.of(whole, whole, whole, whole, digest(1));
    }

    private static Digest digest(int ones) {
        var computation = Digest.computation();
        computation.update(ones(ones));
        return Digest.of(computation);
    }

    static byte[] ones(int length) {
        var bytes = new byte[length];
        Arrays.fill(bytes, (byte) 1);
        return bytes;
    }

    private static final class Beginning extends InputStream {

        private int left = 1 << 20;

        @Override
        public int read() {
            if (left-- > 0) {
                return 1;
            }
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            if (length == 0) {
                return 0;
            }
            var one = read();
            bytes[offset] = (byte) one;
            return one < 0 ? -1 : 1;
        }
    }
}
