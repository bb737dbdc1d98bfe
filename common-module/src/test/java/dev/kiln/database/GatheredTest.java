package dev.kiln.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatheredTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Integer> sizes = new CopyOnWriteArrayList<>();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);

    private final Gathered<Integer, String> gathered = new Gathered<>(questions -> {
        sizes.add(questions.size());
        entered.countDown();
        await(gate);
        if (questions.contains(-1)) {
            throw new IllegalStateException("no");
        }
        return questions.stream().map(question -> "answer " + question).toList();
    });

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void whoAsksAloneIsAskedForAtOnceAlone() {
        gate.countDown();
        assertThat(gathered.ask(1)).isEqualTo("answer 1");
        assertThat(gathered.ask(2)).isEqualTo("answer 2");
        assertThat(sizes).containsExactly(1, 1);
    }

    @Test
    void whoComesWhileAQuestionIsUnderWayIsAskedForTogetherAndEachGetsItsOwnAnswer() throws Exception {
        var answers =
                whileTheFirstIsUnderWay(IntStream.rangeClosed(1, 100).boxed().toList());
        for (var number = 1; number <= 100; number++) {
            assertThat(answers.get(number - 1).get(10, TimeUnit.SECONDS)).isEqualTo("answer " + number);
        }
        assertThat(sizes).containsExactly(1, 64, 36);
    }

    @Test
    void aFailureIsEverybodysOfThatQuestionAndNobodysOfTheNext() throws Exception {
        var answers = whileTheFirstIsUnderWay(List.of(-1, 1, 2));
        for (var answer : answers) {
            assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS)).hasRootCauseMessage("no");
        }
        assertThat(gathered.ask(3)).isEqualTo("answer 3");
    }

    private List<Future<String>> whileTheFirstIsUnderWay(List<Integer> questions) {
        var first = threads.submit(() -> gathered.ask(0));
        await(entered);
        var asking = new CopyOnWriteArrayList<Thread>();
        var answers = new ArrayList<Future<String>>();
        for (var question : questions) {
            Callable<String> ask = () -> {
                asking.add(Thread.currentThread());
                return gathered.ask(question);
            };
            answers.add(threads.submit(ask));
        }
        Awaitility.await()
                .until(() -> asking.size() == questions.size()
                        && asking.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));
        gate.countDown();
        assertThat(first).succeedsWithin(10, TimeUnit.SECONDS);
        return answers;
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("waited too long");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
