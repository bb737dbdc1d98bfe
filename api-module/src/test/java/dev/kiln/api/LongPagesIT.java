package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.kiln.api.execution.ExecutionRecord;
import dev.kiln.execution.ExecutionId;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a stranger sends, and what a tenant has, takes no more of an API's memory than many of them can take at once.
 */
class LongPagesIT {

    // XML makes five characters of each.
    private static final String LONGEST = "RUN : " + "&".repeat((16 << 10) - 6);
    private static final int MANY = 70;
    private static final int LOG_PIECE = 1 << 20;

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();

    @Test
    void aPageOfLongTemplatesEndsBeforeItIsTooLongAndTheNextGoesOn() {
        var image = new TestObjects(server, client).image("base");
        for (var made = 0; made < MANY; made++) {
            var template = client.call(
                    "CreateImagePipeline", "BaseImageType", "IMAGE", "BaseImage", image, "BuildContent", LONGEST);
            assertThat(template.status()).as(template.text()).isEqualTo(200);
        }
        allOnShortPages("DescribeImagePipelines", "/ImagePipeline/ImagePipelineSet", "ImagePipelineId");
    }

    @Test
    void soDoesAPageOfLongComponents() {
        for (var made = 0; made < MANY; made++) {
            var component = client.call("CreateImageComponent", "Content", LONGEST);
            assertThat(component.status()).as(component.text()).isEqualTo(200);
        }
        allOnShortPages("DescribeImageComponents", "/ImageComponent/ImageComponentSet", "ImageComponentId");
    }

    @Test
    void andOfFailuresWithLongOutput() {
        var objects = new TestObjects(server, client);
        var template = objects.template(objects.image("base"));
        for (var failed = 0; failed < MANY; failed++) {
            objects.finish(objects.start(template), "FAILED");
        }
        server.jdbc()
                .sql("update execution set error_info = repeat('&', 16000) where template_id = :template")
                .param("template", template)
                .update();
        allOnShortPages(
                "DescribeImagePipelineExecutions",
                "/ImagePipelineExecution/ImagePipelineExecutionSet",
                "ExecutionId",
                "ImagePipelineId",
                template);
    }

    private void allOnShortPages(String operation, String set, String id, String... filter) {
        var ids = new ArrayList<String>();
        var next = "";
        var pages = 0;
        do {
            var parameters = new ArrayList<>(List.of("MaxResults", "500", "NextToken", next));
            parameters.addAll(List.of(filter));
            var page = client.call(operation, parameters.toArray(String[]::new));
            assertThat(page.bytes().length).isLessThan(1_200_000);
            assertThat(page.json().path("TotalCount").asInt()).isEqualTo(MANY);
            page.json().at(set).forEach(one -> ids.add(one.path(id).asString()));
            next = page.json().path("NextToken").asString();
            pages++;
        } while (!next.isEmpty());
        assertThat(pages).isEqualTo(2);
        assertThat(ids).hasSize(MANY);
        assertThat(new HashSet<>(ids)).hasSize(MANY);
    }

    @Test
    void ofALongLogNoMoreIsReadThanAPiece() {
        var execution = new ExecutionId(printed(512, 32 << 10));
        var record = server.bean(ExecutionRecord.class);
        assertThat(record.log(execution, 0, 1).bytes()).hasSize(1); // Classes are loaded.
        var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        var before = thread.getCurrentThreadAllocatedBytes();
        var piece = record.log(execution, 5, LOG_PIECE);
        var taken = thread.getCurrentThreadAllocatedBytes() - before;

        assertThat(piece.next()).isEqualTo(5 + LOG_PIECE);
        // The driver's copy in hexadecimal digits and the bytes; then the piece, while it grows and when it is whole.
        assertThat(taken).isLessThan(10L * LOG_PIECE);
    }

    /** Chunks of the worker's size, the least, the greatest, and all of them in turn. */
    @ParameterizedTest
    @CsvSource({"70, 32768 32768 32768, 3", "1500, 3 3 3, 2", "40, 65536 65536 65536, 3", "120, 1 65536 700, 3"})
    void aLogIsReadPieceByPieceWhateverItsChunks(int chunks, String sizes, int pieces) {
        var execution = printed(
                chunks, Arrays.stream(sizes.split(" ")).map(Integer::valueOf).toArray(Integer[]::new));
        var read = new StringBuilder();
        var offset = "0";
        var complete = false;
        for (var asked = 0; asked < pieces; asked++) {
            assertThat(complete).isFalse();
            var reply = client.rest("GET", "/api/v1/executions/" + execution + "/logs?offset=" + offset, "");
            assertThat(reply.bytes()).hasSizeBetween(1, LOG_PIECE);
            read.append(reply.text());
            offset = reply.headers().get("kiln-next-offset");
            complete = Boolean.parseBoolean(reply.headers().get("kiln-log-complete"));
        }
        assertThat(complete).isTrue();
        assertThat(read.toString().equals(log(execution))).as("every byte once").isTrue();
    }

    /** An execution with a log in so many chunks, which have these sizes in turn. */
    private String printed(int chunks, Integer... sizes) {
        var objects = new TestObjects(server, client);
        var execution = objects.start(objects.template(objects.image("base")));
        server.jdbc()
                .sql("""
                insert into build_log_chunk (execution_id, first_byte, content, attempt)
                select :id, sum(size) over (order by number) - size,
                       convert_to(rpad(number || ' ', size, '.'), 'UTF8'), 1
                  from (select number, (cast(:sizes as int[]))[1 + number % cardinality(cast(:sizes as int[]))] as size
                          from generate_series(0, :chunks - 1) number) chunk
                """)
                .param("id", execution)
                .param("sizes", sizes)
                .param("chunks", chunks)
                .update();
        objects.finish(execution, "SUCCESS");
        return execution;
    }

    private String log(String execution) {
        return server.jdbc()
                .sql("select convert_from(string_agg(content, '' order by first_byte), 'UTF8') from build_log_chunk"
                        + " where execution_id = :id")
                .param("id", execution)
                .query(String.class)
                .single();
    }

    @Test
    void aFormOfTheWireIsAtMostAsLongAsAQuery() {
        var form = ("Description=" + "x".repeat(256 << 10)).getBytes(StandardCharsets.UTF_8);
        var headers = WireClient.v3Headers("DescribeImages");
        headers.put("content-type", "application/x-www-form-urlencoded");
        var reply = client.send("POST", "/", Map.of("RegionId", WireClient.REGION), form, headers);
        assertThat(reply.refusal()).isEqualTo("400 InvalidParameter");
        assertThat(reply.text()).contains("262144 bytes");
    }
}
