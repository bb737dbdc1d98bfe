package dev.kiln.worker.reaper;

import dev.kiln.region.DirectoryRegionStore;
import dev.kiln.region.RegionId;
import dev.kiln.region.StoreKey;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** Runs in a Java process that a test kills: stores an object of which only the beginning ever comes. */
public final class EndlessPut {

    private EndlessPut() {}

    public static void main(String[] arguments) throws Exception {
        var store = new DirectoryRegionStore(new RegionId("cn-one"), Path.of(arguments[0]));
        store.put(new StoreKey(arguments[1]), new Beginning(), null, done -> {});
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
