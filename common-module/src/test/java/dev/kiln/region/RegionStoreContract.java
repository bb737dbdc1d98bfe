package dev.kiln.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** What every region store promises. An implementation's test extends this and gives a fresh store. */
abstract class RegionStoreContract extends ContinuedCopyContract {

    private static final StoreKey KEY = new StoreKey("images/m-1");

    @Test
    void whatWasPutIsReadBackWithItsDigest() throws IOException {
        store.check();
        var content = randomBytes(1_000_000);
        var told = new ArrayList<Long>();

        var stored = store.put(KEY, new ByteArrayInputStream(content), digest(content), told::add);

        assertThat(stored).isEqualTo(new StoredObject(digest(content), content.length));
        assertThat(store.find(KEY, digest(content))).contains(stored);
        assertThat(read(content, 0)).isEqualTo(content);
        assertThat(told).isSorted().last().isEqualTo((long) content.length);
    }

    @Test
    void readingBeginsAtAnyOffset() throws IOException {
        var content = randomBytes(10_000);
        store.put(KEY, new ByteArrayInputStream(content), null, done -> {});

        assertThat(read(content, 9_000)).isEqualTo(Arrays.copyOfRange(content, 9_000, 10_000));
        assertThat(read(content, 10_000)).isEmpty();
    }

    @Test
    void emptyContentIsContent() throws IOException {
        store.put(KEY, new ByteArrayInputStream(new byte[0]), null, done -> {});

        var digest = digest(new byte[0]);
        assertThat(store.find(KEY, digest)).contains(new StoredObject(digest, 0));
    }

    @Test
    void otherBytesThanExpectedAreRefusedAndLeaveNothing() throws IOException {
        assertThatThrownBy(() ->
                        store.put(KEY, new ByteArrayInputStream(randomBytes(10)), digest(randomBytes(11)), done -> {}))
                .isInstanceOf(DigestMismatchException.class);

        assertNothingStored();
    }

    @Test
    void aFailedPutKeepsWhatWasThere() throws IOException {
        var first = randomBytes(100);
        store.put(KEY, new ByteArrayInputStream(first), null, done -> {});

        assertThatThrownBy(() -> store.put(KEY, breaksAfter(50_000), null, done -> {}))
                .isInstanceOf(IOException.class)
                .hasMessage("broken on purpose");

        assertThat(read(first, 0)).isEqualTo(first);
    }

    @Test
    void whoSaysNoOnceAllIsDurableKeepsWhatWasThere() throws IOException {
        var first = randomBytes(100);
        store.put(KEY, new ByteArrayInputStream(first), null, done -> {});
        var second = randomBytes(200);
        var seen = new ArrayList<Optional<StoredObject>>();

        assertThatThrownBy(() -> store.put(KEY, new ByteArrayInputStream(second), null, done -> {
                    if (done == 200) {
                        seen.add(quietly(() -> store.find(KEY, digest(second))));
                        throw new IllegalStateException("superseded");
                    }
                }))
                .hasMessage("superseded");

        assertThat(seen).containsExactly(Optional.empty());
        assertThat(store.find(KEY, digest(second))).isEmpty();
        assertThat(read(first, 0)).isEqualTo(first);
    }

    private static <T> T quietly(Callable<T> call) {
        try {
            return call.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aLatePutOfOtherBytesHarmsNobodyWhoReadsTheFirst() throws IOException {
        var first = randomBytes(100);
        store.put(KEY, new ByteArrayInputStream(first), null, done -> {});
        var late = randomBytes(200);
        store.put(KEY, new ByteArrayInputStream(late), null, done -> {});

        assertThat(read(first, 0)).isEqualTo(first);
        assertThat(read(late, 0)).isEqualTo(late);
        var superfluous = listed(KEY).stream()
                .filter(item -> item.name().equals(digest(late).hex()))
                .toList();
        store.remove(superfluous.get(0));
        assertThat(read(first, 0)).isEqualTo(first);
        assertThat(store.find(KEY, digest(late))).isEmpty();
    }

    @Test
    void deleteRemovesAllObjectsOfTheKey() throws IOException {
        store.put(KEY, new ByteArrayInputStream(randomBytes(100)), null, done -> {});
        store.put(KEY, new ByteArrayInputStream(randomBytes(200)), null, done -> {});

        store.delete(KEY);

        assertNothingStored();
    }

    @Test
    void whatWasDeletedIsGoneAndDeletingAgainIsNoError() throws IOException {
        var content = randomBytes(100);
        store.put(KEY, new ByteArrayInputStream(content), null, done -> {});

        store.delete(KEY);
        store.delete(KEY);

        assertThat(store.find(KEY, digest(content))).isEmpty();
        assertThatThrownBy(() -> read(content, 0)).isInstanceOf(FileNotFoundException.class);
        assertNothingStored();
    }

    // Repeated, since what an interrupt meets depends on the moment.
    @RepeatedTest(20)
    void anInterruptEndsAPutWithinASecondAndNothingIsVisible() throws Exception {
        var begun = new CountDownLatch(1);
        var threads = Executors.newSingleThreadExecutor();
        var put = threads.submit(() -> {
            assertThatThrownBy(() -> store.put(KEY, endless(begun), null, done -> {}))
                    .isInstanceOf(InterruptedIOException.class);
            return true;
        });
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

        threads.shutdownNow();

        assertThat(put.get(1, TimeUnit.SECONDS)).isTrue();
        assertNothingStored();
    }

    @Test
    void everythingIsListedByItsKeyAndThatBelowAKeyAlone() throws IOException {
        var bytes = randomBytes(100);
        for (var key : List.of("images/m-1", "images/m-10", "layers/exec-1/a", "layers/exec-1/b")) {
            store.put(new StoreKey(key), new ByteArrayInputStream(bytes), null, done -> {});
        }

        assertThat(listed(null))
                .extracting(StoredItem::key)
                .containsExactlyInAnyOrder("images/m-1", "images/m-10", "layers/exec-1/a", "layers/exec-1/b");
        assertThat(listed(KEY)).singleElement().satisfies(item -> {
            assertThat(item.isObject()).isTrue();
            assertThat(item.key()).isEqualTo("images/m-1");
            assertThat(item.name()).isEqualTo(digest(bytes).hex());
            assertThat(item.modified())
                    .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
        });
        assertThat(listed(new StoreKey("layers/exec-1"))).hasSize(2);
        assertThat(listed(new StoreKey("layers/exec-2"))).isEmpty();
    }

    @Test
    void whatACrashLeftIsListedAndRemovedWithoutTheObjectBesideIt() throws IOException {
        leavePartOf(KEY);
        store.put(new StoreKey("images/m-2"), new ByteArrayInputStream(randomBytes(9)), null, done -> {});
        var left = listed(KEY);
        assertThat(left)
                .singleElement()
                .satisfies(item -> assertThat(item.isObject()).isFalse());

        store.remove(left.get(0));
        store.remove(left.get(0));

        assertThat(listed(null))
                .singleElement()
                .satisfies(item -> assertThat(item.key()).isEqualTo("images/m-2"));
        store.remove(listed(null).get(0));
        assertThat(listed(null)).isEmpty();
        assertNothingStored();
    }

    @Test
    void anObjectStaysWhenItsRemoverHasNoRightToItAnyMore() throws IOException {
        var bytes = randomBytes(100);
        store.put(KEY, new ByteArrayInputStream(bytes), null, done -> {});
        var object = listed(KEY).get(0);

        assertThatThrownBy(() -> store.remove(object, () -> {
                    throw new IllegalStateException("the lock is lost");
                }))
                .hasMessage("the lock is lost");

        assertThat(read(bytes, 0)).isEqualTo(bytes);
        assertThat(listed(null)).singleElement().matches(StoredItem::isObject);
        store.remove(object, () -> {});
        store.remove(object, () -> {});
        assertThat(listed(null)).isEmpty();
        assertNothingStored();
    }

    @Test
    void whatIsStoredDuringTheProofStaysHoweverItEnds() throws IOException {
        var bytes = randomBytes(100);
        store.put(KEY, new ByteArrayInputStream(bytes), null, done -> {});
        var object = listed(KEY).get(0);

        store.remove(object, () -> quietly(() -> store.put(KEY, new ByteArrayInputStream(bytes), null, done -> {})));
        assertThat(read(bytes, 0)).isEqualTo(bytes);

        assertThatThrownBy(() -> store.remove(object, () -> {
                    quietly(() -> store.put(KEY, new ByteArrayInputStream(bytes), null, done -> {}));
                    throw new IllegalStateException("the lock is lost");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(read(bytes, 0)).isEqualTo(bytes);
        assertThat(listed(null)).singleElement().matches(StoredItem::isObject);
    }

    @Test
    void aFailedPutLeavesNothingToList() {
        assertThatThrownBy(() -> store.put(KEY, breaksAfter(50_000), null, done -> {}))
                .isInstanceOf(IOException.class);

        assertThat(listed(null)).isEmpty();
    }

    @Test
    void putsSucceedWhileOthersRemoveWhateverIsLeft() throws Exception {
        var threads = Executors.newSingleThreadExecutor();
        var stop = new AtomicBoolean();
        var removing = threads.submit(() -> {
            while (!stop.get()) {
                for (var item : listed(null)) {
                    if (!item.isObject() && item.name().isEmpty()) {
                        store.remove(item);
                    }
                }
            }
            return true;
        });

        for (var round = 0; round < 300; round++) {
            var key = new StoreKey("contexts/t/" + round % 3);
            store.put(key, new ByteArrayInputStream(randomBytes(10)), null, done -> {});
            store.delete(key);
        }

        stop.set(true);
        assertThat(removing.get(10, TimeUnit.SECONDS)).isTrue();
        threads.shutdown();
        assertNothingStored();
    }

    /** Leaves what a put leaves whose process is killed. */
    abstract void leavePartOf(StoreKey key) throws IOException;

    private List<StoredItem> listed(@Nullable StoreKey below) {
        var items = new ArrayList<StoredItem>();
        try {
            store.list(below, items::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return items;
    }

    private byte[] read(byte[] content, long offset) throws IOException {
        try (var in = store.open(KEY, digest(content), offset)) {
            return in.readAllBytes();
        }
    }

    private static InputStream breaksAfter(int bytes) {
        return new SequenceInputStream(Collections.enumeration(List.of(
                new ByteArrayInputStream(randomBytes(bytes)), new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("broken on purpose");
                    }

                    @Override
                    public int read(byte[] bytes, int offset, int length) throws IOException {
                        return read();
                    }
                })));
    }

    private static InputStream endless(CountDownLatch begun) {
        return new InputStream() {
            @Override
            public int read() {
                begun.countDown();
                return 1;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                bytes[offset] = (byte) read();
                return 1;
            }
        };
    }
}
