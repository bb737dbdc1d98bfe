package dev.kiln.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.image.Digest;
import dev.kiln.image.archive.ByteSource;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every region store promises of copies that are interrupted; a part of {@link RegionStoreContract}. */
@Timeout(60)
abstract class ContinuedCopyContract {

    private static final Logger LOG = LoggerFactory.getLogger(ContinuedCopyContract.class);
    private static final StoreKey KEY = new StoreKey("images/m-1");
    private static final int PART = 1000;
    private static final byte[] CONTENT = randomBytes(10_500);
    private static final StoredObject OBJECT = new StoredObject(digest(CONTENT), CONTENT.length);
    private static final Parts PARTS = parts(CONTENT);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    RegionStore store;

    @BeforeEach
    void begin() {
        store = freshStore();
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    /** The store under test from now on. */
    abstract RegionStore freshStore();

    /** Changes the only thing that lies in the region, as a crash or a person may have done. */
    abstract void damage(UnaryOperator<byte[]> change) throws IOException;

    /** Fails when the store holds any object, half or whole. */
    abstract void assertNothingStored() throws IOException;

    static byte[] randomBytes(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    static Digest digest(byte[] content) {
        var computation = Digest.computation();
        computation.update(content);
        return Digest.of(computation);
    }

    static Parts parts(byte[] content) {
        try (var bytes = new PartDigests(new ByteArrayInputStream(content), PART)) {
            bytes.readAllBytes();
            return bytes.parts();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void copy(ByteSource source) throws IOException {
        store.copy(KEY, OBJECT, PARTS, source, done -> {});
    }

    private void breakAt(int place) throws IOException {
        assertThatThrownBy(() -> copy(new BreakingSource(CONTENT, place))).hasMessage("broken on purpose");
        assertThat(store.find(KEY, OBJECT.digest())).isEmpty();
    }

    private void assertWhole() throws IOException {
        assertThat(store.find(KEY, OBJECT.digest())).contains(OBJECT);
        try (var bytes = store.open(KEY, OBJECT.digest(), 0)) {
            assertThat(bytes.readAllBytes()).isEqualTo(CONTENT);
        }
        assertThat(items())
                .singleElement()
                .satisfies(item -> assertThat(item.isObject()).isTrue());
    }

    private List<StoredItem> items() throws IOException {
        var items = new ArrayList<StoredItem>();
        store.list(null, items::add);
        return items;
    }

    @Test
    void aCopyGoesOnAfterTheLastPartOfTheOneThatWasInterrupted() throws IOException {
        breakAt(7_300);
        breakAt(7_300);
        var rest = new BreakingSource(CONTENT);
        var told = new ArrayList<Long>();

        store.copy(KEY, OBJECT, PARTS, rest, told::add);

        assertThat(rest.read).hasValue(3_500);
        assertThat(told).isSorted().startsWith(7_000L).endsWith(10_500L);
        assertWhole();
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                damage("torn", 4_500, bytes -> Arrays.copyOf(bytes, 6_500)),
                damage("longer", 3_500, bytes -> Arrays.copyOf(bytes, 30_000)),
                damage("as long as the whole", 3_500, bytes -> Arrays.copyOf(bytes, 10_500)),
                damage("empty", 10_500, bytes -> new byte[0]),
                damage("of other bytes", 10_500, bytes -> new byte[7_000]),
                damage("changed in a part", 4_500, bytes -> {
                    bytes[2_500] ^= 1;
                    return bytes;
                }));
    }

    private static Arguments damage(String name, int transferred, UnaryOperator<byte[]> change) {
        return Arguments.of(name, transferred, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void whatWasLeftIsNotTrusted(String name, int transferred, UnaryOperator<byte[]> change) throws IOException {
        breakAt(7_000);
        damage(change);
        var source = new BreakingSource(CONTENT);

        copy(source);

        assertThat(source.read).as(name).hasValue(transferred);
        assertWhole();
    }

    @Test
    void whatIsThereIsNotTransferredAgainUnlessItIsDamaged() throws IOException {
        copy(new BreakingSource(CONTENT));
        var second = new BreakingSource(CONTENT);
        var told = new ArrayList<Long>();
        store.copy(KEY, OBJECT, PARTS, second, told::add);
        assertThat(second.read).hasValue(0);
        assertThat(told).containsExactly(10_500L);

        damage(bytes -> new byte[bytes.length]);
        copy(second);

        assertThat(second.read).hasValue(10_500);
        assertWhole();
    }

    @Test
    void aSourceWithOtherBytesIsRefusedAndThePartsBeforeAreKept() throws IOException {
        var other = CONTENT.clone();
        other[5_500] ^= 1;

        assertThatThrownBy(() -> copy(new BreakingSource(other))).isInstanceOf(DigestMismatchException.class);

        assertThat(store.find(KEY, OBJECT.digest())).isEmpty();
        var rest = new BreakingSource(CONTENT);
        copy(rest);
        assertThat(rest.read).hasValue(5_500);
        assertWhole();
    }

    @Test
    void aSourceThatEndsTooEarlyIsRefused() throws IOException {
        assertThatThrownBy(() -> copy(new BreakingSource(Arrays.copyOf(CONTENT, 10_400))))
                .isInstanceOf(IOException.class);

        assertThat(store.find(KEY, OBJECT.digest())).isEmpty();
    }

    @Test
    void partsOfOtherBytesAreNotPublished() throws IOException {
        var object = new StoredObject(digest(new byte[1]), CONTENT.length);

        assertThatThrownBy(() -> store.copy(KEY, object, PARTS, new BreakingSource(CONTENT), done -> {}))
                .isInstanceOf(IOException.class);

        assertThat(store.find(KEY, object.digest())).isEmpty();
    }

    @Test
    void anEmptyObjectIsCopiedToo() throws IOException {
        var empty = new StoredObject(digest(new byte[0]), 0);

        store.copy(KEY, empty, new Parts(PART, List.of()), new BreakingSource(new byte[0]), done -> {});

        assertThat(store.find(KEY, empty.digest())).contains(empty);
    }

    @Test
    void whatAnInterruptedCopyLeftIsNoObjectAndGoesWithDelete() throws IOException {
        breakAt(7_000);
        assertThat(items())
                .singleElement()
                .satisfies(item -> assertThat(item.isObject()).isFalse());

        store.delete(KEY);

        assertNothingStored();
        var all = new BreakingSource(CONTENT);
        copy(all);
        assertThat(all.read).hasValue(10_500);
    }

    @Test
    void whatWasFoundToBeLeftIsNotRemovedOnceACopyGoesOnWithIt() throws IOException {
        breakAt(7_000);
        var left = items().get(0);

        var source = new BreakingSource(CONTENT, 9_000, () -> store.remove(left));
        copy(source);

        assertThat(source.read).hasValue(3_500);
        assertWhole();
    }

    @RepeatedTest(10)
    void anInterruptEndsACopyWithinASecondAndItCanBeContinued() throws Exception {
        var begun = new CountDownLatch(1);
        var copying = inThread(() -> {
            while (true) {
                copy(new BreakingSource(CONTENT, 7_000, begun::countDown));
                store.delete(KEY);
            }
        });
        begun.await();

        threads.shutdownNow();

        assertThatThrownBy(() -> copying.get(1, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedIOException.class);
        copy(new BreakingSource(CONTENT));
        assertWhole();
    }

    @Test
    void aCopyThatWakesWhenAnotherHasGoneOnAndIsDoneChangesNothing() throws Exception {
        var gate = new CountDownLatch(1);
        var late = heldAt(5_300, gate);
        var rest = new BreakingSource(CONTENT);
        copy(rest);
        assertThat(rest.read).hasValue(5_500);
        assertWhole();

        gate.countDown();

        assertThat(late.get()).isEqualTo("done");
        assertWhole();
    }

    @Test
    void aCopyThatWakesWhileAnotherGoesOnPublishesNothingAndHarmsNothing() throws Exception {
        var gate = new CountDownLatch(1);
        var late = heldAt(5_300, gate);
        var rest = new BreakingSource(CONTENT, 8_000, () -> {
            gate.countDown();
            assertThat(result(late)).isNotEqualTo("done");
            assertThat(store.find(KEY, OBJECT.digest())).isEmpty();
        });

        copy(rest);

        assertWhole();
    }

    private Future<String> heldAt(int place, CountDownLatch gate) throws InterruptedException {
        var held = new CountDownLatch(1);
        var late = inThread(() -> {
            try {
                copy(new BreakingSource(CONTENT, place, () -> {
                    held.countDown();
                    await(gate);
                }));
                return "done";
            } catch (IOException e) {
                return e.toString();
            }
        });
        held.await();
        return late;
    }

    private static String result(Future<String> copying) {
        try {
            return copying.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(CountDownLatch gate) throws InterruptedIOException {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    @Test
    void whateverHappensNobodySeesAnythingButTheWhole() throws Exception {
        var seed = Long.getLong("kiln.seed", System.nanoTime());
        // Before it begins: the seed of a copy that hangs or of a look that fails is needed, too.
        LOG.warn("seed {}; repeat it by -Dkiln.seed={}", seed, seed);
        var copies = new ArrayList<Future<Integer>>();
        for (var number = 0; number < 3; number++) {
            var random = new Random(seed + number);
            copies.add(inThread(() -> copyAgainAndAgain(random)));
        }
        var looks = 0;
        while (copies.stream().anyMatch(copying -> !copying.isDone())) {
            looks += look() ? 1 : 0;
        }

        for (var copying : copies) {
            assertThat(copying.get()).isPositive();
        }
        assertThat(looks).isPositive();
        copy(new BreakingSource(CONTENT));
        assertWhole();
    }

    /** Breaks off in most rounds, and now and then removes what is there. Returns how often it came to the end. */
    private int copyAgainAndAgain(Random random) throws IOException {
        var completed = 0;
        for (var round = 0; round < 300; round++) {
            try {
                if (random.nextInt(10) == 0) {
                    store.delete(KEY);
                }
                copy(new BreakingSource(CONTENT, random.nextInt(15_000)));
                completed++;
            } catch (DigestMismatchException e) {
                throw e;
            } catch (IOException e) {
                // Broken on purpose, or removed or taken over by another.
            }
        }
        return completed;
    }

    private boolean look() throws IOException {
        try (var bytes = store.open(KEY, OBJECT.digest(), 0)) {
            assertThat(bytes.readAllBytes()).isEqualTo(CONTENT);
            return true;
        } catch (FileNotFoundException | NoSuchFileException e) {
            return false;
        }
    }

    private <T> Future<T> inThread(Callable<T> task) {
        return threads.submit(task);
    }
}
