package dev.kiln.api.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.ApiServer;
import dev.kiln.api.TestObjects;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Templates that start when their base image is another one. */
class RebuildsIT {

    private final TestSchedulers here = new TestSchedulers();

    @AfterEach
    void leaveNothing() {
        here.leaveNothing();
    }

    @Test
    void aNewImageOfTheFamilyStartsOnceAndOneThatWasBuiltOnNotAtAll() {
        var old = here.objects.image("old", "fam");
        var template = here.rebuilt("fam", "");
        assertThat(here.first.compare()).isZero();
        assertThat(here.rebuild(template).at("baseImageId")).isEqualTo(old);

        new TestObjects(TestSchedulers.server(), TestSchedulers.server().newAccount()).image("foreign", "fam");
        assertThat(here.first.compare()).isZero();
        TestSchedulers.server()
                .jdbc()
                .sql("update image_copy set artifact = 'ami-1', digest = null, bytes = 0 where id = :id")
                .param("id", here.objects.image("in-a-cloud", "fam"))
                .update();
        assertThat(here.first.compare()).isZero();
        var base = here.objects.image("new", "fam");
        assertThat(here.first.compare()).isEqualTo(1);
        assertThat(here.second.compare()).isZero();
        var started = here.executions(template).get(0);
        assertThat(here.client.rest("GET", "/api/v1/executions/" + started, "").at("startedBy"))
                .isEqualTo("BASE_CHANGE");
        assertThat(here.rebuild(template).at("last/message")).contains(base);

        // While it runs another one comes: afterwards, and only if it was not built on that one.
        var newer = here.objects.image("newer", "fam");
        assertThat(here.first.compare()).isZero();
        here.product(started, base, "");
        here.objects.finish(started, "SUCCESS");
        assertThat(here.first.compare()).isEqualTo(1);
        assertThat(here.executions(template)).hasSize(2);
        var newest = here.objects.image("newest", "fam");
        here.product(here.executions(template).get(1), newest, "");
        here.finishAll(template);
        assertThat(here.first.compare()).isEqualTo(1);
        assertThat(here.rebuild(template).at("last/outcome")).isEqualTo("UNNEEDED");
        assertThat(here.executions(template)).hasSize(2);

        // What is withdrawn changes the base, too: it is an older one again.
        here.client.call("ModifyImageAttribute", "ImageId", newest, "Status", "Deprecated");
        assertThat(here.second.compare()).isEqualTo(1);
        assertThat(here.rebuild(template).at("baseImageId")).isEqualTo(newer);
        assertThat(here.executions(template)).hasSize(3);
    }

    @Test
    void chainsAreFollowedToTheirEndAndNoFurther() {
        here.objects.image("start", "one");
        here.objects.image("other", "two");
        var itself = here.rebuilt("one", "one");
        var there = here.rebuilt("one", "two");
        var back = here.rebuilt("two", "one");
        var base = here.objects.image("base", "one");

        assertThat(here.first.compare()).isEqualTo(2);
        assertThat(here.executions(back)).isEmpty();
        var made = here.product(here.executions(there).get(0), base, "two");
        here.finishAll(there);
        assertThat(here.first.compare()).isEqualTo(1);
        assertThat(here.executions(back)).hasSize(1);
        here.product(here.executions(back).get(0), made, "one");
        here.finishAll(back);
        here.finishAll(itself);
        // For whom it comes of its own images it is ignored; for the other one it is a new base.
        assertThat(here.first.compare()).isEqualTo(2);
        assertThat(here.rebuild(there).at("last/outcome")).isEqualTo("IGNORED");
        assertThat(here.executions(there)).hasSize(1);
        assertThat(here.executions(itself)).hasSize(2);
        here.product(here.executions(itself).get(1), base, "one");
        here.finishAll(itself);
        // Of its own making for itself; for the one that came before it in the chain, too.
        assertThat(here.first.compare()).isEqualTo(2);
        assertThat(here.rebuild(itself).at("last/outcome")).isEqualTo("IGNORED");
        assertThat(here.rebuild(there).at("last/message")).contains("by way of other templates");
        assertThat(here.first.compare()).isZero();
        assertThat(here.executions(itself)).hasSize(2);
        assertThat(here.executions(there)).hasSize(1);
    }

    @Test
    void nothingIsBuiltOnAnImageBeforeItHasPassedItsTestAndIsThereToStay() {
        var base = here.objects.image("old", "tested");
        var template = here.rebuilt("tested", "");
        var failed = here.objects.start(here.template());
        var image = here.product(failed, base, "tested");
        for (var status : List.of("TESTING", "CANCELLING")) {
            here.objects.status(failed, status);
            assertThat(here.first.compare()).as(status).isZero();
        }
        here.objects.status(failed, "RELEASING");
        TestSchedulers.server()
                .jdbc()
                .sql("update execution set outcome = 'TEST_FAILED' where id = :id")
                .param("id", failed)
                .update();
        assertThat(here.first.compare()).as("the test has failed").isZero();
        here.client.call("ModifyImageAttribute", "ImageId", image, "Status", "Deprecated");
        here.objects.finish(failed, "TEST_FAILED");
        assertThat(here.first.compare()).as("it has ended, as a worker ends it").isZero();

        var passed = here.objects.start(here.template());
        var next = here.product(passed, base, "tested");
        here.objects.status(passed, "TESTING");
        assertThat(here.first.compare()).isZero();
        assertThat(here.rebuild(template).at("baseImageId")).isEqualTo(base);
        here.objects.status(passed, "DISTRIBUTING");
        assertThat(here.first.compare()).as("it can be cancelled").isZero();
        here.objects.status(passed, "RELEASING");
        assertThat(here.first.compare()).isEqualTo(1);
        assertThat(here.rebuild(template).at("baseImageId")).isEqualTo(next);
        here.finishAll(template);
        assertThat(here.first.compare()).isZero();
        assertThat(here.executions(template)).hasSize(1);
    }

    @Test
    void aScheduledRunThatWaitsAndAChangeThatWaitsAreOneStart() {
        here.objects.image("old", "both");
        var template = here.rebuilt("both", "");
        here.due(template, "queue");
        var running = here.objects.start(template);
        assertThat(here.first.look()).isEqualTo(1);
        here.objects.image("new", "both");
        assertThat(here.first.compare()).isZero();
        here.objects.finish(running, "SUCCESS");

        assertThat(here.second.compare()).isEqualTo(1);
        assertThat(here.first.look()).isZero();
        here.finishAll(template);
        assertThat(here.first.look() + here.first.compare()).isZero();
        assertThat(here.executions(template)).hasSize(2);
        assertThat(here.schedule(template).at("last/executionId"))
                .isEqualTo(here.executions(template).get(1));

        here.clock.now = here.nextAt(template);
        here.objects.image("newer", "both");
        assertThat(here.first.look()).isEqualTo(1);
        here.finishAll(template);
        assertThat(here.first.compare()).isZero();
        assertThat(here.executions(template)).hasSize(3);
    }

    @Test
    void aBaseImageThatNeverChangesIsNoReasonToBuildAgain() {
        var template = here.template();
        var refused = here.client.rest("PUT", TestSchedulers.rebuildPath(template), "{\"onBaseChange\":true}");
        assertThat(refused.refusal()).isEqualTo("422 UnattendedStart.Refused");
        assertThat(here.client
                        .rest("PUT", TestSchedulers.rebuildPath(template), "{}")
                        .refusal())
                .isEqualTo("400 InvalidRebuild");
        here.objects.image("old", "off");
        var other = here.rebuilt("off", "");
        assertThat(here.client
                        .rest("PUT", TestSchedulers.rebuildPath(other), "{\"onBaseChange\":false}")
                        .at("onBaseChange"))
                .isEqualTo("false");
        here.objects.image("new", "off");
        assertThat(here.first.compare()).isZero();
        assertThat(TestSchedulers.server()
                        .newAccount()
                        .rest("GET", TestSchedulers.rebuildPath(other), "")
                        .status())
                .isEqualTo(404);
    }

    /** Without a test that looks for it. */
    @Test
    void aProcessLooksByItself() {
        var running = ApiServer.shared();
        var account = running.newAccount();
        var made = new TestObjects(running, account);
        made.image("old", "alone");
        var onTime = made.template(made.image("base"));
        var onChange = account.call("CreateImagePipeline", "BaseImageType", "IMAGE_FAMILY", "BaseImage", "alone")
                .at("ImagePipelineId");
        account.rest("PUT", TestSchedulers.path(onTime), "{\"cron\":\"@yearly\"}");
        account.rest("PUT", TestSchedulers.rebuildPath(onChange), "{\"onBaseChange\":true}");

        running.jdbc()
                .sql("update template_schedule set next_at = now() where template_id = :template")
                .param("template", onTime)
                .update();
        made.image("new", "alone");

        Awaitility.await()
                .untilAsserted(() -> assertThat(running.jdbc()
                                .sql(
                                        "select template_id from execution where template_id in (:templates) and started_by is not null")
                                .param("templates", List.of(onTime, onChange))
                                .query(String.class)
                                .list())
                        .containsExactlyInAnyOrder(onTime, onChange));
    }
}
