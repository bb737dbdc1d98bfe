package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.doctor.Uploads;
import dev.kiln.execution.ExecutionId;
import dev.kiln.log.MovedLogs;
import dev.kiln.region.RegionId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Makes images, templates and executions for tests through the API, and moves rows as a worker would. */
public final class TestObjects {

    private final ApiServer server;
    private final WireClient client;

    public TestObjects(ApiServer server, WireClient client) {
        this.server = server;
        this.client = client;
    }

    /** A tar archive with one file. */
    public static byte[] tar(String name, String content) {
        var bytes = content.getBytes(StandardCharsets.UTF_8);
        var header = new byte[512];
        put(header, 0, name);
        put(header, 100, "0000644\0");
        put(header, 108, "0000000\0");
        put(header, 116, "0000000\0");
        put(header, 124, String.format("%011o\0", bytes.length));
        put(header, 136, "14000000000\0");
        Arrays.fill(header, 148, 156, (byte) ' ');
        header[156] = '0';
        put(header, 257, "ustar\00000");
        var sum = 0;
        for (var b : header) {
            sum += b & 0xFF;
        }
        put(header, 148, String.format("%06o\0 ", sum));
        var tar = new ByteArrayOutputStream();
        tar.writeBytes(header);
        tar.writeBytes(Arrays.copyOf(bytes, (bytes.length + 511) / 512 * 512));
        tar.writeBytes(new byte[1024]);
        return tar.toByteArray();
    }

    private static void put(byte[] header, int at, String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    public String image(String name) {
        return image(name, "");
    }

    public String image(String name, String family) {
        var reply = client.upload(
                "POST",
                "/api/v1/images?name=" + name + "&family=" + family + "&regionId=" + WireClient.REGION,
                tar("etc/hostname", name),
                java.util.Map.of());
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.at("imageId");
    }

    public String template(String baseImage) {
        var reply = client.call("CreateImagePipeline", "BaseImageType", "IMAGE", "BaseImage", baseImage);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.at("ImagePipelineId");
    }

    public String start(String template) {
        var reply = client.call("StartImagePipelineExecution", "ImagePipelineId", template);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.at("ExecutionId");
    }

    /** Ends an execution as a worker would have. */
    public void finish(String execution, String status) {
        jdbc().sql("""
                update execution set status = :status, finished_at = now(), attempt = 1, version = version + 1
                where id = :id
                """).param("status", status).param("id", execution).update();
    }

    /** The image of an execution is there, in its own region. */
    public void built(String execution) {
        jdbc().sql("""
                insert into image_copy (id, account_id, region_id, name, state, digest, bytes, execution_id)
                select image_id, account_id, region_id, 'golden', 'COPIED', 'sha256:' || repeat('0', 64), 1, id
                  from execution where id = :id
                """).param("id", execution).update();
    }

    public void status(String execution, String status) {
        jdbc().sql("""
                        update execution
                           set status = :status, outcome = case when :status = 'RELEASING' then 'SUCCESS' end,
                               cancel_deadline = now()
                         where id = :id
                        """).param("status", status).param("id", execution).update();
    }

    public JdbcClient jdbc() {
        return server.jdbc();
    }

    /** Moves the log of an execution that has ended into its region, as a worker does. */
    boolean logMoves(String execution, RegionId region) throws IOException {
        var id = new ExecutionId(execution);
        var upload = server.bean(Uploads.class).begin(region, MovedLogs.key(id));
        return server.bean(MovedLogs.class).move(new MovedLogs.Due(id, region, Instant.now()), upload);
    }
}
