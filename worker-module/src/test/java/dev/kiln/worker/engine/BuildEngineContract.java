package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kiln.image.Digest;
import dev.kiln.template.BuildCommand;
import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every build engine promises. The commands used are few, so that a fake can understand them. */
@Timeout(120)
abstract class BuildEngineContract {

    final RecordedOutput output = new RecordedOutput();

    abstract BuildEngine engine() throws Exception;

    static List<BuildCommand> commands(String content) {
        try {
            return BuildContent.parse(content, BuildContent.Kind.BUILD);
        } catch (BuildContentException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static BuildRequest request(String name, String content) {
        return new BuildRequest(name, BusyboxBase.image(), commands(content), Optional.empty(), false, 512L << 20);
    }

    @Test
    void checkPasses() throws Exception {
        engine().check();
    }

    @Test
    void resultIsAFileWithTheDigestThatIsTold() throws Exception {
        var built = engine().build(request("exec-a", "RUN echo hello"), StepJournal.NONE, output);
        var computation = Digest.computation();
        computation.update(Files.readAllBytes(built.file()));
        assertThat(built.digest()).isEqualTo(Digest.of(computation));
        assertThat(built.bytes()).isEqualTo(Files.size(built.file()));
    }

    @Test
    void outputAndStepsAreToldInOrder() throws Exception {
        engine().build(request("exec-b", "RUN echo hello\nLABEL a=\"b\""), StepJournal.NONE, output);
        assertThat(output.text()).isEqualTo("hello\n");
        assertThat(output.steps().stream().filter(step -> !step.startsWith("phase")))
                .containsExactly("start 1/2 RUN echo hello", "finish 1/2", "start 2/2 LABEL a=\"b\"", "finish 2/2");
    }

    @Test
    void metadataIsWhatTheCommandsSay() throws Exception {
        var content = "LABEL a=\"b\"\nENV LANG C\nCMD [\"/bin/sh\"]\nENTRYPOINT [\"/bin/env\"]\nRESTART";
        var metadata = engine().build(request("exec-c", content), StepJournal.NONE, output)
                .metadata();
        assertThat(metadata.labels()).containsEntry("a", "b");
        assertThat(metadata.environment()).containsEntry("LANG", "C");
        assertThat(metadata.command()).containsExactly("/bin/sh");
        assertThat(metadata.entrypoint()).containsExactly("/bin/env");
    }

    @Test
    void equalBuildsGiveEqualBytes() throws Exception {
        var engine = engine();
        var first = engine.build(request("exec-d", "RUN echo hello"), StepJournal.NONE, output);
        var second = engine.build(request("exec-e", "RUN echo hello"), StepJournal.NONE, output);
        assertThat(second.digest()).isEqualTo(first.digest());
    }

    @Test
    void failingCommandIsTheTemplatesFault() {
        assertThatThrownBy(
                        () -> engine().build(request("exec-f", "RUN echo bye\nRUN exit 3"), StepJournal.NONE, output))
                .isInstanceOfSatisfying(
                        BuildFailedException.class, e -> assertThat(e.code()).isEqualTo("BuildCommand.Failed"))
                .hasMessageContaining("step 2 of 2")
                .hasMessageContaining("exit code 3");
    }

    @Test
    void brokenBaseImageIsRefused() {
        var broken = new BuildRequest(
                "exec-g", BusyboxBase.image(new byte[700]), List.of(), Optional.empty(), false, 1 << 20);
        assertThatThrownBy(() -> engine().build(broken, StepJournal.NONE, output))
                .isInstanceOfSatisfying(
                        BuildFailedException.class, e -> assertThat(e.code()).isEqualTo("BaseImage.Refused"));
    }

    @Test
    void testLeavesTheResultOfTheBuildAlone() throws Exception {
        var engine = engine();
        var built = engine.build(request("exec-h", "RUN echo hello"), StepJournal.NONE, output);
        engine.test(request("exec-h", "RUN echo tested"), output);
        assertThat(output.text()).contains("tested");
        assertThat(built.file()).exists();
    }

    @Test
    void discardRemovesTheResultAndMayBeRepeated() throws Exception {
        var engine = engine();
        var built = engine.build(request("exec-i", "RUN echo hello"), StepJournal.NONE, output);
        engine.discard("exec-i");
        engine.discard("exec-i");
        assertThat(built.file()).doesNotExist();
    }

    @Test
    void buildOfTheSameNameStartsAfresh() throws Exception {
        var engine = engine();
        engine.build(request("exec-j", "RUN echo hello"), StepJournal.NONE, output);
        assertThat(engine.build(request("exec-j", "RUN echo hello"), StepJournal.NONE, output)
                        .file())
                .exists();
    }

    @Test
    void stepsThatWereKeptAreNotRunAgain() throws Exception {
        var journal = new RememberedSteps();
        var engine = engine();
        assertThatThrownBy(() -> engine.build(
                        request("exec-l", "RUN echo one\nENV A b\nRUN echo two\nRUN exit 1"), journal, output))
                .isInstanceOf(BuildFailedException.class);
        assertThat(journal.kept()).extracting(StepJournal.KeptStep::number).containsExactly(1, 3);
        var goesOn = new RecordedOutput();
        var built =
                engine.build(request("exec-l", "RUN echo one\nENV A b\nRUN echo two\nRUN echo three"), journal, goesOn);
        assertThat(goesOn.text()).isEqualTo("three\n");
        assertThat(built.metadata().environment()).containsEntry("A", "b");
        assertThat(journal.kept()).hasSize(3);
    }

    @Test
    void whatWasKeptDoesNotChangeTheResult() throws Exception {
        var content = "RUN echo one\nRUN echo two\nLABEL a=\"b\"";
        var journal = new RememberedSteps();
        var engine = engine();
        var first = engine.build(request("exec-m", content), journal, output);
        for (int kept = 0; kept <= journal.kept().size(); kept++) {
            var again = engine.build(request("exec-m", content), journal.until(kept), output);
            assertThat(again.digest()).as("with %d steps kept", kept).isEqualTo(first.digest());
        }
    }

    @Test
    void aBuildThatHandsOverStopsWhenTheStepThatEndedIsKept() throws Exception {
        var journal = new RememberedSteps();
        journal.handOver();
        var engine = engine();
        assertThatThrownBy(() -> engine.build(request("exec-o", "RUN echo one\nRUN echo two"), journal, output))
                .isInstanceOf(InterruptedException.class);
        assertThat(output.text()).isEqualTo("one\n");
        assertThat(journal.kept()).hasSize(1);
    }

    @Test
    void keptStepsThatCannotBeReadAreRunAgain() throws Exception {
        var journal = new RememberedSteps();
        var engine = engine();
        var first = engine.build(request("exec-n", "RUN echo one\nRUN echo two"), journal, output);
        journal.lose(2);
        var goesOn = new RecordedOutput();
        var again = engine.build(request("exec-n", "RUN echo one\nRUN echo two"), journal, goesOn);
        assertThat(goesOn.text()).isEqualTo("one\ntwo\n");
        assertThat(again.digest()).isEqualTo(first.digest());
    }

    @Test
    void interruptEndsABuildWithinASecond() throws Exception {
        var engine = engine();
        var failure = new AtomicReference<Exception>();
        var thread = new Thread(() -> {
            try {
                engine.build(request("exec-k", "RUN echo begun; sleep 1000"), StepJournal.NONE, output);
            } catch (BuildFailedException | IOException | InterruptedException e) {
                failure.set(e);
            }
        });
        thread.start();
        await().until(() -> output.text().contains("begun"));
        thread.interrupt();
        await().atMost(Duration.ofSeconds(1)).until(() -> !thread.isAlive());
        assertThat(failure.get()).isInstanceOf(InterruptedException.class);
    }
}
