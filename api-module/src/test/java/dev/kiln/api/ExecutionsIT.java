package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecutionsIT {

    private static final int CALLERS = 32;

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);
    private final String base = objects.image("base");

    @Test
    void aStartedExecutionIsListed() {
        var template = objects.template(base);
        var started = client.call(
                "StartImagePipelineExecution", "ImagePipelineId", template, "Tag.1.Key", "run", "Tag.1.Value", "\"1\"");
        var listed = client.call(
                "DescribeImagePipelineExecutions", "ImagePipelineId", template, "Status", "PREPARING,BUILDING");
        assertThat(listed.at("TotalCount")).isEqualTo("1");
        var set = "ImagePipelineExecution/ImagePipelineExecutionSet/0/";
        assertThat(listed.at(set + "ExecutionId")).isEqualTo(started.at("ExecutionId"));
        assertThat(listed.at(set + "Status")).isEqualTo("PREPARING");
        assertThat(listed.at(set + "ImageId")).isEmpty();
        assertThat(listed.at(set + "Tags/Tag/0/TagValue")).isEqualTo("\"1\"");
        assertThat(client.call("DescribeImagePipelineExecutions", "ImagePipelineId", template, "Status", "SUCCESS")
                        .at("TotalCount"))
                .isEqualTo("0");
        assertThat(client.call(
                                "DescribeImagePipelineExecutions",
                                "ExecutionId",
                                started.at("ExecutionId"),
                                "Tag.1.Key",
                                "run")
                        .at("TotalCount"))
                .isEqualTo("1");
    }

    @Test
    void executionsAreWalkedByPagesOfSomeStatusesWithATokenForThatFilterAlone() {
        var template = objects.template(base);
        for (var status : List.of("FAILED", "SUCCESS", "CANCELLED", "SUCCESS")) {
            objects.finish(objects.start(template), status);
        }
        var asked = new String[] {
            "ImagePipelineId", template, "Status", "SUCCESS, CANCELLED", "MaxResults", "2", "NextToken", ""
        };
        var first = client.call("DescribeImagePipelineExecutions", asked);
        assertThat(first.at("TotalCount")).isEqualTo("3");
        asked[7] = first.at("NextToken");
        asked[5] = "50";
        var second = client.call("DescribeImagePipelineExecutions", asked);
        assertThat(second.json()
                        .at("/ImagePipelineExecution/ImagePipelineExecutionSet")
                        .size())
                .isEqualTo(1);
        assertThat(second.at("NextToken")).isEmpty();
        asked[3] = "SUCCESS";
        assertThat(client.call("DescribeImagePipelineExecutions", asked).refusal())
                .isEqualTo("403 Invalid.NextToken");
    }

    @Test
    void thoseOfAllTemplatesAreWalkedNewestFirst() {
        var one = objects.template(base);
        var two = objects.template(base);
        var started = new ArrayList<String>();
        for (var status : List.of("FAILED", "SUCCESS", "CANCELLED", "SUCCESS", "FAILED")) {
            started.add(0, objects.start(started.size() % 2 == 0 ? one : two));
            objects.finish(started.get(0), status);
        }
        started.add(0, objects.start(one));
        var others = new TestObjects(server, server.newAccount());
        others.start(others.template(others.image("base")));

        assertThat(listed(client, "")).isEqualTo(started);
        var first = client.rest("GET", "/api/v1/executions?limit=4", "");
        assertThat(ids(first)).isEqualTo(started.subList(0, 4));
        assertThat(listed(client, "limit=4&before=" + first.at("next"))).isEqualTo(started.subList(4, 6));
        assertThat(listed(client, "status=FAILED")).containsExactly(started.get(1), started.get(5));
        assertThat(listed(client, "status=PREPARING,FAILED,SUCCESS&limit=3")).isEqualTo(started.subList(0, 3));
        assertThat(listed(client, "template=" + two)).containsExactly(started.get(2), started.get(4));
        assertThat(listed(client, "template=" + two + "&status=SUCCESS,CANCELLED"))
                .containsExactly(started.get(2), started.get(4));
        for (var none : List.of("status=REPAIRING", "regionId=cn-beijing", "template=" + two + "&status=CANCELLED")) {
            assertThat(listed(client, none)).as(none).isEmpty();
        }
        var refused = Map.of(
                "status=ENDED", "400 InvalidParameter.Status",
                "limit=0", "400 InvalidLimit",
                "limit=501", "400 InvalidLimit",
                "limit=x", "400 InvalidLimit",
                "before=yesterday", "403 Invalid.NextToken",
                "regionId=..", "404 InvalidRegionId.NotFound",
                "regionId=cn-none", "404 InvalidRegionId.NotFound",
                "template=ip-none", "404 InvalidImagePipeline.NotFound");
        refused.forEach((query, refusal) -> assertThat(
                        client.rest("GET", "/api/v1/executions?" + query, "").refusal())
                .as(query)
                .isEqualTo(refusal));
    }

    private static List<String> listed(WireClient who, String query) {
        return ids(who.rest("GET", "/api/v1/executions?" + query, ""));
    }

    private static List<String> ids(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json()
                .path("executions")
                .valueStream()
                .map(one -> one.path("executionId").asString())
                .toList();
    }

    @Test
    void aKeySeesThoseOfTheTemplatesThatItsPoliciesAllow() {
        var mine = objects.template(base);
        var other = objects.template(base);
        var third = objects.template(base);
        var seen = objects.start(mine);
        var hidden = objects.start(other);
        var also = objects.start(third);
        var list = "ecs:DescribeImagePipelineExecutions";
        var resource = "acs:ecs:*:*:imagepipeline/";
        var one = TestKeys.narrowed(server, client, TestKeys.allow(list, resource + mine));
        var butOne = TestKeys.narrowed(
                server,
                client,
                TestKeys.policy(
                        TestKeys.statement("Allow", "ecs:*", "*"),
                        TestKeys.statement("Deny", list, resource.replace(":ecs:*", ":ecs:cn-hangzhou") + other)));
        var all = TestKeys.narrowed(server, client, TestKeys.allow(list, "*"));
        var none = TestKeys.narrowed(server, client, TestKeys.allow("ecs:Start*", "*"));

        assertThat(listed(one, "")).containsExactly(seen);
        assertThat(listed(one, "template=" + mine)).containsExactly(seen);
        assertThat(listed(butOne, "")).containsExactly(also, seen);
        assertThat(listed(all, "")).containsExactly(also, hidden, seen);
        for (var template : List.of(other, "ip-none")) {
            assertThat(one.rest("GET", "/api/v1/executions?template=" + template, "")
                            .refusal())
                    .isEqualTo("403 Forbidden.RAM");
        }
        assertThat(butOne.rest("GET", "/api/v1/executions?template=" + other, "")
                        .refusal())
                .isEqualTo("403 Forbidden.RAM");
        assertThat(none.rest("GET", "/api/v1/executions", "").refusal()).isEqualTo("403 Forbidden.RAM");
    }

    /** Or one request could keep a processor busy for seconds. */
    @Test
    void policiesAreNotAskedAboutVeryManyTemplatesButAboutTheExecutionsThereAre() {
        var mine = objects.template(base);
        var hidden = objects.template(base);
        var account = Long.parseLong(client.keys().account());
        server.jdbc().sql("""
                insert into template (id, account_id, region_id, name, base_image_type, base_image)
                select 'ip-' || substr(md5(:account || ' ' || n), 1, 20), :account, 'cn-hangzhou', 'idle', 'IMAGE', 'm-0'
                  from generate_series(1, 11000) n
                """).param("account", account).update();
        new FakeWorker(server).hasRun(hidden, 600);
        new FakeWorker(server).hasRun(mine, 1200);
        var resources = IntStream.range(0, 190)
                .mapToObj(n -> "\"acs:ecs:*:*:image/" + n + "\"")
                .collect(Collectors.joining(",", "[\"acs:ecs:*:*:imagepipeline/" + mine + "\",", "]"));
        var key = TestKeys.narrowed(
                server,
                client,
                "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"ecs:*\",\"Resource\":" + resources
                        + "}]}");

        var all = new ArrayList<String>();
        var sizes = new ArrayList<Integer>();
        var next = "";
        do {
            var page = key.rest("GET", "/api/v1/executions?limit=400" + next, "");
            all.addAll(ids(page));
            sizes.add(ids(page).size());
            next = page.at("next").isEmpty() ? "" : "&before=" + page.at("next");
        } while (!next.isEmpty());

        assertThat(all).isEqualTo(listed(client, "limit=500&template=" + mine, 3));
        assertThat(sizes.get(0)).as("it ends with what was looked at").isLessThan(400);
        assertThat(listed(key, "limit=10&template=" + mine)).hasSize(10);
    }

    /** The executions of so many pages. */
    private static List<String> listed(WireClient who, String query, int pages) {
        var all = new ArrayList<String>();
        var next = "";
        for (int page = 0; page < pages; page++) {
            var reply = who.rest("GET", "/api/v1/executions?" + query + next, "");
            all.addAll(ids(reply));
            next = "&before=" + reply.at("next");
        }
        return all;
    }

    @Test
    void theImageIsShownOnceItExists() {
        var execution = objects.start(objects.template(base));
        server.jdbc().sql("""
                insert into image_copy (id, account_id, region_id, execution_id, name, state, digest, bytes)
                select image_id, account_id, region_id, id, 'made', 'COPIED', 'sha256:' || repeat('0', 64), 1
                from execution where id = :id
                """).param("id", execution).update();
        var listed = client.call("DescribeImagePipelineExecutions", "ExecutionId", execution);
        assertThat(listed.at("ImagePipelineExecution/ImagePipelineExecutionSet/0/ImageId"))
                .startsWith("m-");
    }

    @Test
    void aSecondStartIsRefusedUntilTheFirstHasEnded() {
        var template = objects.template(base);
        var first = objects.start(template);
        assertThat(client.call("StartImagePipelineExecution", "ImagePipelineId", template)
                        .refusal())
                .isEqualTo("403 InvalidImagePipeline.HasRunningExecution");
        objects.finish(first, "FAILED");
        objects.start(template);
    }

    @Test
    void aMissingBaseImageIsNoticedAtTheStart() {
        var own = objects.image("short-lived");
        var template = objects.template(own);
        assertThat(client.call("DeleteImage", "ImageId", own).status()).isEqualTo(200);
        assertThat(client.call("StartImagePipelineExecution", "ImagePipelineId", template)
                        .refusal())
                .isEqualTo("404 InvalidImagePipeline.BaseImageNotFound");
    }

    @ParameterizedTest
    @CsvSource({
        "PREPARING,200",
        "BUILDING,200",
        "TESTING,200",
        "DISTRIBUTING,200",
        "RELEASING,403 InvalidStatus.ImagePipelineExecution",
        "CANCELLING,403 InvalidStatus.ImagePipelineExecution"
    })
    void aRunningExecutionIsCancelled(String status, String answer) {
        var execution = objects.start(objects.template(base));
        objects.status(execution, status);
        var reply = client.call("CancelImagePipelineExecution", "ExecutionId", execution);
        assertThat(reply.status() == 200 ? "200" : reply.refusal()).isEqualTo(answer);
    }

    @Test
    void aFinishedExecutionCannotBeCancelled() {
        var execution = objects.start(objects.template(base));
        objects.finish(execution, "SUCCESS");
        assertThat(client.call("CancelImagePipelineExecution", "ExecutionId", execution)
                        .refusal())
                .isEqualTo("400 InvalidStatus.CancelFailed");
        assertThat(client.call("CancelImagePipelineExecution", "ExecutionId", "exec-none")
                        .refusal())
                .isEqualTo("404 InvalidImagePipelineExecution.NotFound");
    }

    @Test
    void ofManySimultaneousStartsOneIsAccepted() throws Exception {
        var template = objects.template(base);
        var replies = atOnce(at -> client.call("StartImagePipelineExecution", "ImagePipelineId", template));
        assertThat(replies.stream().filter(reply -> reply.status() == 200)).hasSize(1);
        assertThat(replies.stream().filter(reply -> reply.status() != 200).map(Reply::refusal))
                .hasSize(CALLERS - 1)
                .allMatch("403 InvalidImagePipeline.HasRunningExecution"::equals);
    }

    @Test
    void manySimultaneousCallsWithOneTokenStartOneExecution() throws Exception {
        var template = objects.template(base);
        var token = UUID.randomUUID().toString();
        var replies = atOnce(
                at -> client.call("StartImagePipelineExecution", "ImagePipelineId", template, "ClientToken", token));
        assertThat(replies).allMatch(reply -> reply.status() == 200);
        assertThat(new HashSet<>(
                        replies.stream().map(reply -> reply.at("ExecutionId")).toList()))
                .hasSize(1);
        assertThat(client.call("DescribeImagePipelineExecutions", "ImagePipelineId", template)
                        .at("TotalCount"))
                .isEqualTo("1");
    }

    @Test
    void aTokenAnswersTheSameEvenAfterTheEndAndOtherParametersAreRefused() {
        var template = objects.template(base);
        var call = new String[] {"ImagePipelineId", template, "ClientToken", "once"};
        var first = client.call("StartImagePipelineExecution", call);
        objects.finish(first.at("ExecutionId"), "SUCCESS");
        assertThat(client.call("StartImagePipelineExecution", call).at("ExecutionId"))
                .isEqualTo(first.at("ExecutionId"));
        assertThat(client.call(
                                "StartImagePipelineExecution",
                                "ImagePipelineId",
                                objects.template(base),
                                "ClientToken",
                                "once")
                        .refusal())
                .isEqualTo("400 IdempotentParameterMismatch");
        // The same token for another operation, or of another account, is another token.
        assertThat(client.call(
                                "CreateImagePipeline",
                                "BaseImageType",
                                "IMAGE",
                                "BaseImage",
                                base,
                                "ClientToken",
                                "once")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aRefusedStartLeavesNoToken() {
        var template = objects.template(base);
        var running = objects.start(template);
        var call = new String[] {"ImagePipelineId", template, "ClientToken", "later"};
        assertThat(client.call("StartImagePipelineExecution", call).status()).isEqualTo(403);
        objects.finish(running, "CANCELLED");
        assertThat(client.call("StartImagePipelineExecution", call).status()).isEqualTo(200);
    }

    @Test
    void deletingAndStartingAtOnceLeavesNoOrphan() throws Exception {
        var template = objects.template(base);
        var replies = atOnce(at -> at % 2 == 0
                ? client.call("StartImagePipelineExecution", "ImagePipelineId", template)
                : client.call("DeleteImagePipeline", "ImagePipelineId", template));
        assertThat(replies.stream().filter(reply -> reply.status() == 200)).hasSize(1);
        assertThat(replies).allMatch(reply -> reply.status() < 500);
    }

    private static List<Reply> atOnce(IntFunction<Reply> call) throws Exception {
        var threads = Executors.newFixedThreadPool(CALLERS);
        try {
            var gate = new CyclicBarrier(CALLERS);
            var calls = new ArrayList<Callable<Reply>>();
            for (var at = 0; at < CALLERS; at++) {
                var number = at;
                calls.add(() -> {
                    gate.await(30, TimeUnit.SECONDS);
                    return call.apply(number);
                });
            }
            var replies = new ArrayList<Reply>();
            for (var future : threads.invokeAll(calls)) {
                replies.add(future.get());
            }
            return replies;
        } finally {
            threads.shutdownNow();
        }
    }
}
