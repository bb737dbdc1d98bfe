package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.account.AccountId;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.Executions;
import dev.kiln.execution.RetryAnswer;
import dev.kiln.testing.guarantee.EveryEndIsCounted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A template's history as DescribeImagePipelineExecutions tells it: all of it, once, and how much there is. */
class ExecutionHistoryIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);
    private final String template = objects.template(objects.image("base"));

    @AfterEach
    void everyEndIsCounted() {
        assertThat(new EveryEndIsCounted(server.jdbc()).violations()).isEmpty();
    }

    @Test
    void theTotalFollowsEveryChangeOfStatus() {
        ended("SUCCESS", "SUCCESS", "CANCELLED", "FAILED");
        assertThat(totals("", "SUCCESS", "CANCELLED,FAILED", "PREPARING", "REPAIRING"))
                .containsExactly("4", "2", "2", "0", "0");
        var execution = objects.start(template);
        assertThat(totals("", "SUCCESS", "PREPARING", "PREPARING,FAILED")).containsExactly("5", "2", "1", "2");
        objects.finish(execution, "PARTITION_SUCCESS");
        assertThat(totals("", "PREPARING", "PARTITION_SUCCESS")).containsExactly("5", "0", "1");
    }

    @Test
    void aRetryOfFailedTargetsTakesTheExecutionOutOfThoseThatEnded() {
        var execution = objects.start(template);
        objects.finish(execution, "PARTITION_SUCCESS");
        objects.built(execution);
        var retry = client.rest("POST", "/api/v1/executions/" + execution + "/targets/retry", "");
        assertThat(retry.status()).isEqualTo(202);
        assertThat(totals("", "PARTITION_SUCCESS", "DISTRIBUTING")).containsExactly("1", "0", "1");
        objects.finish(execution, "SUCCESS");
        assertThat(totals("", "PARTITION_SUCCESS", "SUCCESS")).containsExactly("1", "0", "1");
    }

    /** What is deleted while an execution is reopened would take along what the execution needs. */
    @ParameterizedTest
    @CsvSource({
        "DeleteImagePipeline, ImagePipelineId, 403 InvalidImagePipeline.HasRunningExecution",
        "DeleteImage, ImageId, 403 OperationDenied.ImageCopying"
    })
    void whatARetryNeedsIsNotDeletedBesideIt(String operation, String id, String refusal) {
        var execution = objects.start(template);
        objects.built(execution);
        objects.finish(execution, "PARTITION_SUCCESS");
        var image = client.call("DescribeImagePipelineExecutions", "ExecutionId", execution)
                .at("ImagePipelineExecution/ImagePipelineExecutionSet/0/ImageId");
        var account = new AccountId(Long.parseLong(client.keys().account()));

        var reply = HeldLock.during(
                server,
                jdbc -> assertThat(new Executions(jdbc).retry(new ExecutionId(execution), account))
                        .isEqualTo(RetryAnswer.ACCEPTED),
                () -> client.call(operation, id, id.equals("ImageId") ? image : template));

        assertThat(reply.refusal()).isEqualTo(refusal);
        assertThat(totals("", "DISTRIBUTING")).containsExactly("1", "1");
        objects.finish(execution, "SUCCESS");
    }

    @Test
    void oneRegionIsTriedAgainAlone() {
        var execution = objects.start(template);
        var targets = "/api/v1/executions/" + execution + "/targets";
        objects.built(execution);
        for (var region : List.of("cn-beijing", "cn-shanghai")) {
            server.jdbc()
                    .sql("""
                            insert into image_copy (id, account_id, region_id, execution_id, name, state, error_code)
                            select 'm-' || replace(:region, '-', '') || substr(id, 6, 9), account_id, :region, id, 'golden',
                                   'FAILED', 'CopyFailed'
                              from execution where id = :id
                            """)
                    .param("region", region)
                    .param("id", execution)
                    .update();
        }
        objects.finish(execution, "PARTITION_SUCCESS");
        for (var other : List.of("cn-hangzhou", "cn-nowhere", "%00", "..%2f", "x".repeat(300))) {
            assertThat(client.rest("POST", targets + "/" + other + "/retry", "").status())
                    .as(other)
                    .isIn(400, 404, 409);
        }

        assertThat(client.rest("POST", targets + "/cn-beijing/retry", "").status())
                .isEqualTo(202);

        var states = new HashMap<String, String>();
        client.rest("GET", targets, "")
                .json()
                .path("targets")
                .forEach(target -> states.put(
                        target.path("regionId").asString(), target.path("state").asString()));
        assertThat(states).containsEntry("cn-beijing", "PENDING").containsEntry("cn-shanghai", "FAILED");
        assertThat(client.rest("POST", targets + "/cn-shanghai/retry", "").refusal())
                .isEqualTo("409 NotFinished");
    }

    @Test
    void rowsThatAreMadeOrRemovedByHandAreCounted() {
        ended("SUCCESS");
        server.jdbc().sql("""
                insert into execution (id, template_id, account_id, region_id, image_id, status, finished_at)
                select 'exec-' || substr(md5(id || n), 1, 20), id, account_id, region_id, 'm-0', 'SUCCESS', now()
                from template, generate_series(1, 30) n where id = :id
                """).param("id", template).update();
        assertThat(totals("", "SUCCESS")).containsExactly("31", "31");
        server.jdbc()
                .sql("delete from execution where template_id = :id and image_id = 'm-0'")
                .param("id", template)
                .update();
        assertThat(totals("", "SUCCESS")).containsExactly("1", "1");
        assertThat(client.call("DeleteImagePipeline", "ImagePipelineId", template)
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SUCCESS",
                "FAILED,CANCELLED",
                "CANCELLED,PREPARING",
                "FAILED,FAILED",
                "PREPARING,SUCCESS,FAILED,CANCELLED,PARTITION_SUCCESS"
            })
    void pagesOfSomeStatusesAreThePagesOfAllWithoutTheOthers(String statuses) {
        ended("SUCCESS", "FAILED", "FAILED", "SUCCESS", "CANCELLED", "SUCCESS", "FAILED", "CANCELLED");
        objects.start(template);
        var expected = walk("").stream()
                .filter(execution ->
                        Stream.of(statuses.split(",", -1)).anyMatch(status -> execution.endsWith(" " + status)))
                .toList();
        assertThat(walk(statuses)).isEqualTo(expected).isNotEmpty();
        assertThat(totals(statuses)).containsExactly(Integer.toString(expected.size()));
    }

    private void ended(String... statuses) {
        for (var status : statuses) {
            objects.finish(objects.start(template), status);
        }
    }

    private List<String> totals(String... statuses) {
        return Stream.of(statuses)
                .map(status -> page(status, "").at("TotalCount"))
                .toList();
    }

    private List<String> walk(String statuses) {
        var found = new ArrayList<String>();
        var token = "";
        do {
            var page = page(statuses, token);
            page.json()
                    .at("/ImagePipelineExecution/ImagePipelineExecutionSet")
                    .forEach(
                            execution -> found.add(execution.path("ExecutionId").asString() + " "
                                    + execution.path("Status").asString()));
            token = page.at("NextToken");
        } while (!token.isEmpty());
        return found;
    }

    private Reply page(String statuses, String token) {
        return client.call(
                "DescribeImagePipelineExecutions",
                "ImagePipelineId",
                template,
                "Status",
                statuses,
                "MaxResults",
                "2",
                "NextToken",
                token);
    }
}
