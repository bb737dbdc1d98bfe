package dev.kiln.worker.run;

import dev.kiln.image.Digest;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionStore;
import dev.kiln.region.StoreKey;
import dev.kiln.region.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Regions that answer the preflight and then refuse what is put into them, until they are mended. */
final class BrokenRegions {

    final AtomicInteger refused = new AtomicInteger();
    private final Set<RegionId> broken = ConcurrentHashMap.newKeySet();

    void breakDown(String region) {
        broken.add(new RegionId(region));
    }

    void mend(String region) {
        broken.remove(new RegionId(region));
    }

    RegionStore wrap(RegionStore store) {
        return new RegionStore() {
            @Override
            public RegionId region() {
                return store.region();
            }

            @Override
            public void check() throws IOException {
                store.check();
            }

            @Override
            public StoredObject put(StoreKey key, InputStream bytes, @Nullable Digest expected, LongConsumer progress)
                    throws IOException {
                if (broken.contains(region())) {
                    refused.incrementAndGet();
                    throw new IOException("the region is closed for repairs");
                }
                return store.put(key, bytes, expected, progress);
            }

            @Override
            public InputStream open(StoreKey key, long offset) throws IOException {
                return store.open(key, offset);
            }

            @Override
            public Optional<StoredObject> find(StoreKey key) throws IOException {
                return store.find(key);
            }

            @Override
            public void delete(StoreKey key) throws IOException {
                store.delete(key);
            }
        };
    }
}
