package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ContextIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);

    @Test
    void aContextIsFilesWhateverTheirNames() {
        var path = "/api/v1/templates/" + objects.template(objects.image("base")) + "/context";
        for (var name : new String[] {"manifest.json", "index.json", "blobs/a", "f".repeat(64)}) {
            var reply = client.upload("PUT", path, TestObjects.tar(name, "{}"), Map.of());
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        }
        var empty = client.upload("PUT", path, new byte[1024], Map.of());
        assertThat(empty.refusal()).isEqualTo("422 InvalidArchive");
        assertThat(empty.text()).contains("a context holds the files that COPY commands name");
    }
}
