package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Pages tell what is so, also of what was cancelled, tried again, deleted, or is not for everybody. */
class ShownTruthIT {

    private final ApiServer server = LiveServer.shared();
    private final WireClient account = server.newAccount();
    private final TestObjects objects = new TestObjects(server, account);
    private final FakeWorker worker = new FakeWorker(server);
    private final PageClient pages = new PageClient(account);

    private String page(String path) {
        return pages.get(path, pages.session(account)).text();
    }

    private String execution() {
        return objects.start(objects.template(objects.image("base")));
    }

    private static String stage(String page, String name) {
        var found = Pattern.compile(name + "<span class=\"sr\">: ([^<]+)<").matcher(page);
        return found.find() ? found.group(1) : "none";
    }

    @Test
    void theStageInWhichAnExecutionWasCancelledIsNoSuccess() {
        var execution = execution();
        worker.moves(execution, "BUILDING");
        account.call("CancelImagePipelineExecution", "ExecutionId", execution);
        var cancelling = page("/ui/executions/" + execution);
        worker.moves(execution, "CANCELLED");

        assertThat(stage(cancelling, "Preparing")).isEqualTo("Success");
        assertThat(stage(cancelling, "Building")).isEqualTo("Cancelled");
        assertThat(stage(page("/ui/executions/" + execution), "Building")).isEqualTo("Cancelled");
    }

    @Test
    void whatLostItsWorkerWaitsForAnother() {
        var execution = execution();
        var path = "/ui/executions/" + execution;
        worker.moves(execution, "BUILDING");
        worker.begins(execution, 1, "RUN make");
        assertThat(page("/ui/executions")).contains("Building");
        assertThat(stage(page(path), "Building")).isEqualTo("Running");

        worker.isLost(execution);

        assertThat(page("/ui/executions")).contains("Waiting").doesNotContain("Building");
        var lost = page(path);
        assertThat(lost).contains("Waits for a worker", "No worker is there.").doesNotContain("Running</span>");
        assertThat(stage(lost, "Building")).isEqualTo("Waiting");
        worker.moves(execution, "DISTRIBUTING");
        assertThat(stage(page(path), "Distributing")).isEqualTo("Running");
    }

    @Test
    void howLongOtherExecutionsTookIsShownOnlyToWhoMayListThem() {
        var template = objects.template(objects.image("base"));
        var earlier = objects.start(template);
        worker.moves(earlier, "BUILDING");
        worker.moves(earlier, "SUCCESS");
        var path = "/ui/executions/" + objects.start(template);
        var narrow = pages.session(TestKeys.narrowed(server, account, TestKeys.allow("kiln:GetExecution", "*")));

        assertThat(page(path)).contains(">usually ");
        assertThat(pages.get(path, narrow).text()).contains("Building").doesNotContain(">usually ");
    }

    @Test
    void aDistributionThatFailedSomewhereIsPartlyDone() {
        var execution = execution();
        worker.copies(execution, "cn-hangzhou", "COPIED", 100);
        worker.copies(execution, "cn-beijing", "FAILED", 0);
        worker.moves(execution, "DISTRIBUTING");
        worker.moves(execution, "PARTITION_SUCCESS");

        assertThat(stage(page("/ui/executions/" + execution), "Distributing")).isEqualTo("Partly done");
    }

    @Test
    void aStepThatIsStillToComeInALaterAttemptDoesNotRun() {
        var execution = execution();
        worker.moves(execution, "BUILDING");
        worker.begins(execution, 1, "RUN first");
        worker.ends(execution, 1);
        worker.begins(execution, 2, "RUN second");
        worker.ends(execution, 2);
        worker.begins(execution, 3, "RUN third");
        // Its worker was killed, and nothing of the second step was kept.
        worker.begins(execution, 2, "RUN second");

        assertThat(page("/ui/executions/" + execution))
                .contains("RUN first", "RUN second")
                .doesNotContain("RUN third");
    }

    @Test
    void aStepWhoseEndIsMissingInTheLogHasEndedAllTheSame() {
        var execution = execution();
        worker.moves(execution, "BUILDING");
        worker.begins(execution, 1, "RUN first");
        server.jdbc()
                .sql("insert into build_step (execution_id, number, attempt, exit_code, log_end)"
                        + " values (:id, 1, 1, 0, 0)")
                .param("id", execution)
                .update();

        var steps = page("/ui/executions/" + execution).replaceFirst("(?s).*id=\"steps-title\"", "");
        assertThat(steps).contains("Success").doesNotContain("Running");
    }

    @Test
    void ofImagesThatWereDeletedTheOthersAreListedAndNobodySaysThereWereNone() {
        var execution = execution();
        worker.copies(execution, "cn-hangzhou", "COPIED", 100);
        worker.copies(execution, "cn-beijing", "COPIED", 100);
        worker.moves(execution, "SUCCESS");
        var home = image(execution, "cn-hangzhou");
        var away = image(execution, "cn-beijing");
        assertThat(page("/ui/images")).contains("/ui/images/" + home).doesNotContain("/ui/images/" + away);

        deleted(home);
        assertThat(page("/ui/images")).contains("/ui/images/" + away).doesNotContain(home);
        assertThat(page("/ui/images/" + away)).contains(execution);

        deleted(away);
        assertThat(page("/ui/images")).doesNotContain(away);
        assertThat(page("/ui/executions/" + execution))
                .contains("its images were deleted")
                .doesNotContain("without an image");
    }

    private String image(String execution, String region) {
        return server.jdbc()
                .sql("select id from image_copy where execution_id = :id and region_id = :region")
                .param("id", execution)
                .param("region", region)
                .query(String.class)
                .single();
    }

    private void deleted(String image) {
        server.jdbc()
                .sql("update image_copy set state = 'FAILED', error_code = 'Deleting', execution_id = null"
                        + " where id = :id")
                .param("id", image)
                .update();
    }

    @Test
    void theOlderImagesOfAFamilyAreOfTheFamilyToo() {
        objects.image("other");
        server.jdbc().sql("""
                insert into image_copy (id, account_id, region_id, name, family, state, digest, bytes)
                select 'm-family' || n || :account, cast(:account as bigint), 'cn-hangzhou', 'one', 'web', 'COPIED',
                       'sha256:' || repeat('0', 64), n from generate_series(0, 50) n
                """).param("account", account.keys().account()).update();

        var family = page("/ui/images?family=web");

        var older = Pattern.compile("rel=\"next\" href=\"([^\"]+)\"").matcher(family);
        assertThat(older.find()).isTrue();
        assertThat(older.group(1)).startsWith("/ui/images?family=web&amp;before=");
        assertThat(page(older.group(1).replace("&amp;", "&")))
                .contains("of web")
                .doesNotContain(">other<");
        // One of them has no bytes here: it is in a cloud.
        assertThat(family + page(older.group(1).replace("&amp;", "&"))).doesNotContain(">0 bytes<");
    }

    @Test
    void theTemplatesThatAKeyMayListTheExecutionsOfAreTheSameAsByTheRestApi() {
        var image = objects.image("base");
        var seen = objects.template(image);
        var hidden = objects.template(image);
        var ofSeen = objects.start(seen);
        var ofHidden = objects.start(hidden);
        var list = "ecs:DescribeImagePipelineExecutions";
        var one = TestKeys.allow(list, "acs:ecs:*:*:imagepipeline/" + seen);
        var allButOne = TestKeys.policy(
                TestKeys.statement("Allow", "ecs:*", "*"),
                TestKeys.statement("Deny", list, "acs:ecs:*:*:imagepipeline/" + hidden));

        for (var policy : new String[] {one, allButOne}) {
            var key = TestKeys.narrowed(server, account, policy);
            assertThat(key.rest("GET", "/api/v1/executions", "").text())
                    .contains(ofSeen)
                    .doesNotContain(ofHidden);
            var session = pages.session(key);
            assertThat(pages.get("/ui/executions", session).text())
                    .contains(ofSeen)
                    .doesNotContain(ofHidden);
        }
        var session = pages.session(TestKeys.narrowed(server, account, allButOne));
        assertThat(pages.get("/ui/templates/" + hidden, session).text()).doesNotContain(ofHidden);
    }

    @Test
    void anAccountThatIsNoNumberNarrowsNothingAndSaysSo() {
        var root = pages.session(server.as(ApiServer.ROOT));

        assertThat(pages.get("/ui/executions?account=somebody", root).text()).doesNotContain("somebody");
    }

    @Test
    void whoDoesNotSeeAScheduleDoesNotSetIt() {
        objects.image("base", "web-base");
        var template = account.call("CreateImagePipeline", "BaseImageType", "IMAGE_FAMILY", "BaseImage", "web-base")
                .at("ImagePipelineId");
        account.rest("PUT", "/api/v1/templates/" + template + "/schedule", "{\"cron\":\"30 2 * * *\"}");
        var path = "/ui/templates/" + template;
        var blind = pages.session(TestKeys.narrowed(
                server,
                account,
                TestKeys.policy(
                        TestKeys.statement("Allow", "*", "*"), TestKeys.statement("Deny", "kiln:GetSchedule", "*"))));
        var page = pages.get(path, blind).text();

        assertThat(page).contains(template).doesNotContain("Never.");
        var saved = pages.post(
                path + "/schedule", "form-token=" + PageClient.formToken(page) + "&on-base-change=yes", blind);
        assertThat(saved.status()).isEqualTo(404);
        assertThat(page(path)).contains("30 2 * * *");
    }

    @Test
    void whoSetsWhetherATemplateIsBuiltAgainForgetsNoRunThatWaits() {
        objects.image("base", "web-base");
        var template = account.call("CreateImagePipeline", "BaseImageType", "IMAGE_FAMILY", "BaseImage", "web-base")
                .at("ImagePipelineId");
        objects.start(template);
        account.rest(
                "PUT",
                "/api/v1/templates/" + template + "/schedule",
                "{\"cron\":\"30 2 1 1 *\",\"whileRunning\":\"queue\"}");
        server.jdbc()
                .sql("update template_schedule set waits_since = now() where template_id = :id")
                .param("id", template)
                .update();
        var session = pages.session(account);
        var path = "/ui/templates/" + template;
        var form = "form-token=" + PageClient.formToken(pages.get(path, session).text())
                + "&cron=30+2+1+1+*&time-zone=UTC&while-running=";

        pages.post(path + "/schedule", form + "queue&on-base-change=yes", session);
        assertThat(page(path)).contains("A run waits for the end", "When its base image is another one.");
        pages.post(path + "/schedule", form + "skip", session);
        assertThat(page(path)).doesNotContain("A run waits for the end", "When its base image is another one.");
    }

    @Test
    void aDefaultOfSeveralLinesIsShownAndStartedWithAsItIs() {
        var template = objects.template(objects.image("base"));
        account.rest("PUT", "/api/v1/templates/" + template + "/parameters", """
                {"parameters":[{"name":"LIST","default":"\\none\\r\\ntwo"}]}""");
        var session = pages.session(account);
        var path = "/ui/templates/" + template;
        var page = pages.get(path, session).text();
        // The first end of a line behind the tag is none of the text.
        assertThat(page).containsPattern("(?s)<textarea id=\"parameter-LIST\"[^>]*>\n\none\r?\ntwo</textarea>");

        var started = pages.post(
                path + "/start",
                "form-token=" + PageClient.formToken(page) + "&values=yes&parameter-LIST=%0D%0Aone%0D%0Atwo",
                session);

        assertThat(started.status()).as(started.text()).isEqualTo(303);
        var execution = started.headers().get("location").replaceFirst(".*/", "");
        assertThat(account.rest("GET", "/api/v1/executions/" + execution + "/parameters", "")
                        .at("parameters/0/value"))
                .isEqualTo("\none\r\ntwo");
    }

    @Test
    void whoHasNoScriptsIsNotToldThatThereIsNoOutput() {
        var execution = execution();
        worker.prints(execution, "there is\n");

        assertThat(page("/ui/executions/" + execution))
                .contains("<noscript>", "Download")
                .doesNotContain("No output");
    }
}
