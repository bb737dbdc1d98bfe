package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.image.ImageId;
import dev.kiln.template.Template;
import dev.kiln.worker.engine.BuildFailedException;
import dev.kiln.worker.region.SourceImages;
import java.io.IOException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which images a build may start from. */
@Timeout(60)
class BaseImagesIT {

    private final GatedEngine engine = new GatedEngine();
    private Rig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig();
    }

    @AfterEach
    void end() {
        engine.open();
        rig.close();
    }

    @Test
    void anImageOfAnotherAccountIsABaseWhileItIsSharedAndNoLonger() {
        var template = rig.claim(rig.start(rig.template("", Rig.FRIEND), Rig.FRIEND), "one")
                .template();
        var images = new SourceImages(rig.jdbc);
        assertThat(images.choose(template)).as("not shared").isEmpty();
        rig.jdbc
                .sql("insert into image_share (image_id, account_id, state) values ('m-base', :friend, 'PENDING')")
                .param("friend", Rig.FRIEND.value())
                .update();

        assertThat(images.choose(template)).as("not shared yet").isEmpty();
        rig.jdbc
                .sql("update image_share set state = 'SHARED', shared_at = now()")
                .update();
        assertThat(images.choose(template)).as("shared").isPresent();
        rig.jdbc
                .sql("update image_share set state = 'FAILED', shared_at = null")
                .update();
        assertThat(images.choose(template)).as("sharing failed").isEmpty();
        rig.jdbc.sql("delete from image_share").update();
        assertThat(images.choose(template)).as("withdrawn").isEmpty();
    }

    @Test
    void aFamilyHasAnImageOnceItsTestIsPassed() {
        var images = new SourceImages(rig.jdbc);
        var execution = startTested();
        assertThat(images.choose(ofFamily())).as("the test is under way").isEmpty();

        engine.open();
        rig.await(execution, ExecutionStatus.SUCCESS);

        assertThat(images.choose(ofFamily()).orElseThrow().id().value()).isEqualTo(rig.column(execution, "image_id"));
        assertThat(deprecated(execution)).isFalse();
    }

    /** Also if the end of the execution is not as it should be. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFamilyHasAnImageThatFailedItsTestOnlyWhenItsOwnerSaysSo(boolean scratchStays) {
        var images = new SourceImages(rig.jdbc);
        var execution = startTested();
        engine.failTest(execution.value(), new BuildFailedException("BuildCommand.Failed", "step 1 ended with 1"));
        if (scratchStays) {
            engine.breakDown();
        }

        engine.open();
        rig.await(execution, ExecutionStatus.TEST_FAILED);

        assertThat(deprecated(execution)).isTrue();
        assertThat(images.choose(ofFamily())).isEmpty();
        assertThat(images.find(new ImageId(rig.column(execution, "image_id"))))
                .as("by its id")
                .isPresent();
        rig.jdbc.sql("update image_copy set deprecated = false").update();
        assertThat(images.choose(ofFamily())).isPresent();
    }

    /** An execution whose image is in the family and is being tested. */
    private ExecutionId startTested() {
        engine.closeTests();
        var template = rig.template("RUN false");
        rig.jdbc.sql("update template set image_family = 'tested'").update();
        var execution = rig.start(template);
        rig.worker(engine, 1).ring();
        Awaitility.await("it is tested").until(() -> engine.tested.containsKey(execution.value()));
        assertThat(rig.copies(execution)).containsEntry("cn-one", "COPIED");
        return execution;
    }

    /** A template that builds on the family. */
    private Template ofFamily() {
        var template = rig.template("");
        rig.jdbc
                .sql("update template set base_image_type = 'IMAGE_FAMILY', base_image = 'tested' where id = :id")
                .param("id", template.value())
                .update();
        return rig.claim(rig.start(template), "one").template();
    }

    private boolean deprecated(ExecutionId execution) {
        return rig.jdbc
                .sql("select deprecated from image_copy where id = (select image_id from execution where id = :id)")
                .param("id", execution.value())
                .query(Boolean.class)
                .single();
    }
}
