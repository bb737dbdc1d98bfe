package dev.kiln.worker.run;

import dev.kiln.image.Digest;
import dev.kiln.image.archive.ByteSource;
import dev.kiln.region.Parts;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionStore;
import dev.kiln.region.StoreKey;
import dev.kiln.region.StoredItem;
import dev.kiln.region.StoredObject;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Regions that answer the preflight and then refuse what is put into them, until they are mended. */
final class BrokenRegions {

    /** What a reader meets. */
    @FunctionalInterface
    interface Obstacle {
        void meet() throws IOException;
    }

    /** What nobody but the operator is told. */
    static final String KEPT_IN = "/srv/regions/";

    final AtomicInteger refused = new AtomicInteger();
    final AtomicLong read = new AtomicLong();
    final AtomicInteger readers = new AtomicInteger();
    private volatile Obstacle obstacle = () -> {};
    private volatile long limit = Long.MAX_VALUE;
    private final Set<RegionId> broken = ConcurrentHashMap.newKeySet();
    private final Map<RegionId, String> surprisingKeys = new ConcurrentHashMap<>();
    private final Set<RegionId> held = ConcurrentHashMap.newKeySet();
    private final CountDownLatch holding = new CountDownLatch(1);
    private final Set<RegionId> hanging = ConcurrentHashMap.newKeySet();
    private final CountDownLatch recovered = new CountDownLatch(1);
    private volatile @Nullable Durable durable;

    void breakDown(String region) {
        broken.add(new RegionId(region));
    }

    void mend(String region) {
        broken.remove(new RegionId(region));
    }

    /** Whoever removes anything from the region from now on meets what nobody has thought of. */
    void surprise(String region) {
        surprise(region, "");
    }

    /** Only who removes something whose key contains this. */
    void surprise(String region, String key) {
        surprisingKeys.put(new RegionId(region), key);
    }

    /** What is put into the region from now on waits until it is interrupted. */
    void hold(String region) {
        held.add(new RegionId(region));
    }

    /** Whatever is asked of the region from now on hangs, interrupted or not, until it recovers. */
    void hang(String region) {
        hanging.add(new RegionId(region));
    }

    void recover() {
        recovered.countDown();
    }

    /** A put whose bytes are durable and not published yet: its worker sleeps then, whoever interrupts it. */
    static final class Durable {

        private final RegionId region;
        private final boolean looksBefore;
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private volatile @Nullable RuntimeException refused;

        private Durable(RegionId region, boolean looksBefore) {
            this.region = region;
            this.looksBefore = looksBefore;
        }

        void await() throws InterruptedException {
            reached.await();
        }

        void release() {
            released.countDown();
        }

        /** What the worker was told when it woke up. */
        Optional<RuntimeException> refused() {
            return Optional.ofNullable(refused);
        }

        private void pass(LongConsumer progress, long done) {
            if (looksBefore) {
                progress.accept(done);
            }
            reached.countDown();
            while (released.getCount() > 0) {
                try {
                    released.await();
                } catch (InterruptedException e) {
                    // deaf
                }
            }
            if (!looksBefore) {
                look(progress, done);
            }
        }

        private void look(LongConsumer progress, long done) {
            try {
                progress.accept(done);
            } catch (RuntimeException e) {
                refused = e;
                throw e;
            }
        }
    }

    /** The next put of an image so small that only its end is told. */
    Durable holdWhenDurable(String region) {
        return hold(new Durable(new RegionId(region), false));
    }

    /** The same, but its worker has looked for the last time whether it may go on. */
    Durable holdAfterTheLastLook(String region) {
        return hold(new Durable(new RegionId(region), true));
    }

    private Durable hold(Durable next) {
        durable = next;
        return next;
    }

    private LongConsumer held(RegionId region, LongConsumer progress) {
        var holds = durable;
        if (holds == null || !holds.region.equals(region)) {
            return progress;
        }
        durable = null;
        return done -> holds.pass(progress, done);
    }

    private void hangIfBroken(RegionId region) {
        if (!hanging.contains(region)) {
            return;
        }
        holding.countDown();
        while (recovered.getCount() > 0) {
            try {
                recovered.await();
            } catch (InterruptedException e) {
                // deaf
            }
        }
    }

    void awaitHeld() throws InterruptedException {
        holding.await();
    }

    private void waitIfHeld(RegionId region) throws InterruptedIOException {
        if (held.contains(region)) {
            holding.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw new InterruptedIOException("interrupted while the region held the copy");
            }
        }
    }

    private void refuseIfBroken(RegionId region) throws IOException {
        waitIfHeld(region);
        hangIfBroken(region);
        if (broken.contains(region)) {
            refused.incrementAndGet();
            // As of a region that is a directory.
            throw new FileSystemException(KEPT_IN + region, null, "the region is closed for repairs");
        }
    }

    /** From now on nobody reads further than to this place of any object: what is to happen there happens. */
    void stopReadingAt(long place, Obstacle what) {
        obstacle = what;
        limit = place;
    }

    private InputStream metered(InputStream bytes, long offset) {
        readers.incrementAndGet();
        return new FilterInputStream(bytes) {
            private long next = offset;

            @Override
            public void close() throws IOException {
                super.close();
                readers.decrementAndGet();
            }

            @Override
            public int read(byte[] buffer, int from, int length) throws IOException {
                if (next >= limit) {
                    obstacle.meet();
                }
                int n = super.read(buffer, from, next < limit ? (int) Math.min(length, limit - next) : length);
                next += Math.max(0, n);
                read.addAndGet(Math.max(0, n));
                return n;
            }
        };
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
                refuseIfBroken(region());
                return store.put(key, bytes, expected, held(region(), progress));
            }

            @Override
            public void copy(StoreKey key, StoredObject content, Parts parts, ByteSource source, LongConsumer progress)
                    throws IOException {
                refuseIfBroken(region());
                store.copy(key, content, parts, source, progress);
            }

            @Override
            public InputStream open(StoreKey key, Digest digest, long offset) throws IOException {
                return metered(store.open(key, digest, offset), offset);
            }

            @Override
            public Optional<StoredObject> find(StoreKey key, Digest digest) throws IOException {
                return store.find(key, digest);
            }

            @Override
            public void delete(StoreKey key) throws IOException {
                hangIfBroken(region());
                if (key.value().contains(surprisingKeys.getOrDefault(region(), "\n"))) {
                    throw new IllegalStateException("nobody has thought of this");
                }
                if (broken.contains(region())) {
                    throw new IOException("the region is closed for repairs");
                }
                store.delete(key);
            }

            @Override
            public void list(@Nullable StoreKey below, Consumer<StoredItem> found) throws IOException {
                store.list(below, found);
            }

            @Override
            public void remove(StoredItem item) throws IOException {
                if (broken.contains(region())) {
                    throw new IOException("the region is closed for repairs");
                }
                store.remove(item);
            }

            @Override
            public void remove(StoredItem object, Runnable proof) throws IOException {
                if (broken.contains(region())) {
                    throw new IOException("the region is closed for repairs");
                }
                store.remove(object, proof);
            }
        };
    }
}
