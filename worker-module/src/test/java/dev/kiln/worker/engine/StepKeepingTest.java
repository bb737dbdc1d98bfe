package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Steps are kept beside the build: nothing that comes of that is lost. */
@Timeout(60)
class StepKeepingTest {

    @TempDir
    private Path directory;

    private final Duration stepTime = Duration.ofMinutes(1);

    @Test
    void whatFailsEndsTheBuilderWhateverItWaitsForAndIsTheReason() {
        var reason = new IllegalStateException("another attempt has the execution");
        assertThatThrownBy(() -> {
                    try (var keeping = new StepKeeping(stepTime)) {
                        keeping.begin("step 1", Duration.ZERO, () -> {
                            throw reason;
                        });
                        try {
                            new CountDownLatch(1).await();
                        } catch (InterruptedException e) {
                            keeping.throwFailure();
                            throw e;
                        }
                    }
                })
                .isSameAs(reason);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void nothingIsKeptAfterAFailure() throws Exception {
        var kept = new AtomicBoolean();
        try (var keeping = new StepKeeping(stepTime)) {
            keeping.begin("step 1", Duration.ZERO, () -> {
                throw new IOException("no");
            });
            keeping.begin("step 2", Duration.ZERO, () -> kept.set(true));
            assertThatThrownBy(() -> {
                        try {
                            keeping.await();
                        } catch (InterruptedException e) {
                            keeping.throwFailure();
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(kept).isFalse();
    }

    @Test
    void aStepThatLetsTheNextOneBeginFirstIsStillKeptBeforeIt() throws Exception {
        var kept = new ConcurrentLinkedQueue<String>();
        try (var keeping = new StepKeeping(stepTime)) {
            keeping.beginBehindNext(true, "step 1", Duration.ZERO, () -> kept.add("step 1"));
            keeping.begin("step 2", Duration.ZERO, () -> kept.add("step 2"));
            keeping.await();
        }
        assertThat(kept).containsExactly("step 1", "step 2");
    }

    @Test
    void theEndOfTheBuildEndsWhatIsUnderWay() {
        var ended = new AtomicBoolean();
        var begun = new CountDownLatch(1);
        try (var keeping = new StepKeeping(stepTime)) {
            keeping.begin("step 1", Duration.ZERO, () -> {
                begun.countDown();
                try {
                    new CountDownLatch(1).await();
                } finally {
                    ended.set(true);
                }
            });
            begun.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        assertThat(ended).isTrue();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void whereAMachineHasNoSpaceLeftWhatWasKeptIsNotForgotten() throws Exception {
        var journal = new RememberedSteps();
        new SandboxBuildEngine(EngineSettings.in(directory))
                .build(Builds.of("exec-x", "RUN echo one > /etc/a"), journal, new RecordedOutput());
        var full =
                TestSettings.of(directory).reserve(DataSize.ofTerabytes(1000)).build();
        var end = new CountDownLatch(1);
        try {
            var slow = journal.readingFrom(offset -> {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    throw new InterruptedIOException();
                }
                return InputStream.nullInputStream();
            });
            assertThatThrownBy(() -> new SandboxBuildEngine(full)
                            .build(Builds.of("exec-x", "RUN echo one > /etc/a"), slow, new RecordedOutput()))
                    .isInstanceOf(NoRoomException.class)
                    .hasMessageContaining("bytes are free");
            assertThat(slow.kept()).hasSize(1);
        } finally {
            end.countDown();
        }
    }

    @Test
    void aCommandThatLeavesMuchInTmpIsKeptAsItWas() throws Exception {
        var content = "RUN echo one > /tmp/a\nRUN cat /tmp/a > /etc/a; rm /tmp/a\nRUN cat /etc/a";
        var journal = new RememberedSteps();
        var output = new RecordedOutput();
        var engine = new SandboxBuildEngine(EngineSettings.in(directory));
        engine.build(Builds.of("exec-x", content), journal, output);

        var again = engine.build(Builds.of("exec-x", content), journal.until(1), output);

        assertThat(output.text()).isEqualTo("one\none\n");
        assertThat(Files.size(again.file())).isEqualTo(again.bytes());
    }
}
