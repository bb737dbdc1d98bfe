package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.TestServers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What real SDKs sent, sent again as it is: nothing of it is built or signed here. The server's clock stands at the
 * time of the recordings.
 */
class RecordedRequestsIT {

    private static final Instant RECORDED = Instant.parse("2026-11-24T03:02:20Z");
    private static final Keys RECORDED_KEYS =
            new Keys(ApiServer.ROOT.account(), "testAccessKeyId", "testAccessKeySecret");
    private static final String BASE_IMAGE = "m-base0000000000000001";
    private static final String CREATE = "CreateImagePipeline";
    private static final String START = "StartImagePipelineExecution";

    /** Refused for what they are before the signature is looked at (docs/api.md, "Who may call"). */
    private static final Set<String> CHECKED_BEFORE_THE_SIGNATURE =
            Set.of("Format", "SignatureMethod", "SignatureVersion", "Timestamp", "AccessKeyId");

    @TempDir
    private static Path regions;

    private static ApiServer server;

    @BeforeAll
    static void begin() {
        var database = TestServers.freshDatabase();
        // The database's clock does not stand at that time: it would take the nonces for expired and purge them.
        database.client()
                .sql("create rule kept as on delete to seen_nonce do instead nothing")
                .update();
        server = ApiServer.startAt(
                RECORDED,
                database,
                regions,
                Map.of(
                        "kiln.root.access-key-id", RECORDED_KEYS.id(),
                        "kiln.root.access-key-secret", RECORDED_KEYS.secret()));
        server.jdbc()
                .sql("""
                insert into image_copy (id, account_id, region_id, name, state, digest, bytes)
                values (:id, :account, 'cn-hangzhou', 'base', 'COPIED', 'sha256:0', 1)
                """)
                .param("id", BASE_IMAGE)
                .param("account", Long.valueOf(RECORDED_KEYS.account()))
                .update();
    }

    @AfterAll
    static void end() {
        server.close();
    }

    static List<RecordedRequest> recordings() throws IOException, URISyntaxException {
        return RecordedRequest.all();
    }

    @Test
    void everyClientIsThereWithBothOperations() throws IOException, URISyntaxException {
        assertThat(recordings()).hasSize(16);
        assertThat(recordings())
                .filteredOn(request -> request.action().equals(CREATE))
                .hasSize(8);
        assertThat(recordings())
                .filteredOn(request -> request.action().equals(START))
                .hasSize(8);
        assertThat(recordings()).filteredOn(RecordedRequest::wantsXml).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void isRefusedWhenChangedAnsweredAsSentAndRefusedAgainAsAReplay(RecordedRequest request) throws Exception {
        if (request.action().equals(START)) {
            addTemplate(request.parameters().get("ImagePipelineId"));
        }
        for (var parameter : request.parameters().keySet()) {
            if (!CHECKED_BEFORE_THE_SIGNATURE.contains(parameter)) {
                assertRefused(sendAlone(request.flipped(parameter)), request, "SignatureDoesNotMatch");
            }
        }
        try (var connection = new KeptConnection(server.port())) {
            var answered = connection.send(request.bytes());
            assertThat(answered.status()).as("%s: %s", request, answered.text()).isEqualTo(200);
            var members = members(answered, request, request.action() + "Response");
            assertThat(members).containsOnlyKeys("RequestId", madeBy(request));
            assertRefused(connection.send(request.bytes()), request, "SignatureNonceUsed");
            assertDone(request, members.get(madeBy(request)));
        }
    }

    /** Over a connection of its own: the server ends one after a 400, and says so. */
    private static Reply sendAlone(String bytes) throws IOException {
        try (var connection = new KeptConnection(server.port())) {
            var reply = connection.send(bytes);
            assertThat(reply.headers()).containsEntry("connection", "close");
            return reply;
        }
    }

    private static void assertRefused(Reply reply, RecordedRequest request, String code) throws Exception {
        assertThat(reply.status()).as("%s: %s", request, reply.text()).isEqualTo(400);
        var members = members(reply, request, "Error");
        assertThat(members).containsOnlyKeys("RequestId", "HostId", "Code", "Message", "Recommend");
        assertThat(members).as("%s: %s", request, reply.text()).containsEntry("Code", code);
    }

    private static String madeBy(RecordedRequest request) {
        return request.action().equals(CREATE) ? "ImagePipelineId" : "ExecutionId";
    }

    /** The request was understood as its client meant it, and done once. */
    private static void assertDone(RecordedRequest request, String id) {
        if (request.action().equals(CREATE)) {
            assertTemplate(request.parameters(), id);
            return;
        }
        assertThat(server.jdbc()
                        .sql("select id from execution where template_id = :template")
                        .param("template", request.parameters().get("ImagePipelineId"))
                        .query(String.class)
                        .list())
                .containsExactly(id);
    }

    private static void assertTemplate(Map<String, String> parameters, String id) {
        var made = server.jdbc()
                .sql("""
                select id, base_image, build_content, description, tags #>> '{0,value}' as tag,
                       array_to_string(to_region_ids, ' ') as regions, array_to_string(add_accounts, ' ') as accounts
                from template where name = :name
                """)
                .param("name", parameters.get("Name"))
                .query()
                .singleRow();
        assertThat(made)
                .containsEntry("id", id)
                .containsEntry("base_image", BASE_IMAGE)
                .containsEntry("build_content", "RUN echo hello > /etc/golden")
                .containsEntry(
                        "description", parameters.containsKey("Description") ? "made by the conformance client" : "")
                .containsEntry("tag", parameters.containsKey("Tag.1.Key") ? "golden images" : null)
                .containsEntry("regions", "cn-hangzhou cn-beijing")
                .containsEntry("accounts", "1234567890 2345678901");
    }

    /** The answer's members by name, read from the format that the client asked for. */
    private static Map<String, String> members(Reply reply, RecordedRequest request, String root) throws Exception {
        var members = new HashMap<String, String>();
        if (request.wantsXml()) {
            assertThat(reply.headers()).as("%s", request).containsEntry("content-type", "text/xml;charset=utf-8");
            var document = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(reply.bytes()));
            assertThat(document.getDocumentElement().getTagName()).isEqualTo(root);
            var children = document.getDocumentElement().getChildNodes();
            for (var at = 0; at < children.getLength(); at++) {
                members.put(children.item(at).getNodeName(), children.item(at).getTextContent());
            }
        } else {
            assertThat(reply.headers())
                    .as("%s", request)
                    .containsEntry("content-type", "application/json;charset=utf-8");
            reply.json()
                    .properties()
                    .forEach(member ->
                            members.put(member.getKey(), member.getValue().asString()));
        }
        return members;
    }

    private static void addTemplate(String id) {
        server.jdbc()
                .sql("""
                insert into template (id, account_id, region_id, name, base_image_type, base_image)
                values (:id, :account, 'cn-hangzhou', :id, 'IMAGE', :base)
                """)
                .param("id", id)
                .param("base", BASE_IMAGE)
                .param("account", Long.valueOf(RECORDED_KEYS.account()))
                .update();
    }
}
