package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A signed request goes to the endpoint, and an address that cannot be meant so is refused. */
class AddressTest {

    @TempDir
    private Path directory;

    private AnsweringServer server;
    private AnsweringServer other;

    @BeforeEach
    void start() throws IOException {
        server = new AnsweringServer(directory);
        other = new AnsweringServer(directory);
    }

    @AfterEach
    void stop() {
        server.close();
        other.close();
    }

    @Test
    void noPathLeadsToAnotherServer() {
        var authority = URI.create(other.environment.get("KILN_ENDPOINT")).getRawAuthority();

        for (var path : new String[] {"//" + authority + "/api/v1/workers", "@" + authority + "/", "http://x/"}) {
            assertThat(server.run("rest", "GET", path)).as(path).isEqualTo(2);
            assertThat(server.said())
                    .contains("path \"" + path + "\" does not begin with one / as /api/v1/workers does");
            var client = new SignedClient(URI.create("http://127.0.0.1:9"), new AccessKey("id", "secret"));
            assertThatThrownBy(() -> client.rest("GET", path, Map.of(), RequestBody.none()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(server.asked).isEmpty();
        assertThat(other.asked).isEmpty();
    }

    @Test
    void aLongPathIsAPath() throws Exception {
        var path = "/" + "a%20".repeat(20_000);

        assertThat(RestPath.of(path)).isEqualTo(new RestPath(path, Map.of()));
    }

    @Test
    void twoSlashesFurtherOnAreAPath() {
        assertThat(server.run("rest", "GET", "/api//" + "127.0.0.1:9/@x?to=//y"))
                .isZero();
        assertThat(server.asked).containsExactly("GET /api//127.0.0.1:9/@x?to=%2F%2Fy");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://127.0.0.1:8080/kiln | has the path /kiln, and has to have none",
                "http://127.0.0.1:8080?a=b | has something behind ? or #",
                "http://127.0.0.1:8080/#a | has something behind ? or #",
                "http://127.0.0.1:99999 | has the port 99999, which is not from 1 to 65535",
                "http://127.0.0.1:0 | has the port 0",
                "ftp://127.0.0.1 | is not like http://127.0.0.1:8080",
                "http://127.0.0.1:99999999999 | is not like http://127.0.0.1:8080",
                "http://a b | is not like http://127.0.0.1:8080"
            })
    void anEndpointHasSchemeHostAndPortAlone(String endpoint, String why) {
        server.environment.put("KILN_ENDPOINT", endpoint);

        assertThat(server.run("images")).isEqualTo(2);
        assertThat(server.said())
                .startsWith("kiln: KILN_ENDPOINT \"" + endpoint + "\" " + why)
                .contains("like http://127.0.0.1:8080");
    }

    @Test
    void aPasswordInTheEndpointIsRefusedAndNotRepeated() {
        server.environment.put("KILN_ENDPOINT", "http://me:hidden@127.0.0.1:8080");

        assertThat(server.run("images")).isEqualTo(2);
        assertThat(server.said())
                .contains("KILN_ENDPOINT has a user or a password before an @")
                .doesNotContain("hidden");
    }

    @Test
    void aSlashAtTheEndIsNoPath() {
        server.environment.merge("KILN_ENDPOINT", "/", String::concat);

        assertThat(server.run("rest", "GET", "/api/v1/workers"))
                .as(server.said())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/exec utions | has \" \", which no path has as it is; write it as %20",
                "/api/v1/%zz | has \"%\" without two hexadecimal digits behind it; write it as %25",
                "/api/v1/executions?x=%zz | has \"%\" without two hexadecimal digits behind it; write it as %25",
                "/api/v1/executions?x=%2 | has \"%\" without two hexadecimal digits",
                "/api/v1/executions?x=1#2 | has \"#\", which no path has as it is; write it as %23",
                "/api/v1/ü | has \"ü\", which no path has as it is; write it as %C3%BC"
            })
    void whatIsNoPathIsRefusedWithHowToWriteIt(String path, String why) {
        assertThat(server.run("rest", "get", path)).isEqualTo(2);
        assertThat(server.said()).startsWith("kiln: path \"" + path + "\" " + why);
        assertThat(server.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PATCH", "TRACE", "FETCH", ""})
    void anotherMethodIsRefusedWithThoseThatThereAre(String method) {
        assertThat(server.run("rest", method, "/api/v1/workers")).isEqualTo(2);
        assertThat(server.said())
                .contains("method \"" + method + "\" is not one of GET, HEAD, OPTIONS, POST, PUT, DELETE");
    }

    @Test
    void aGetWithABodyIsNotSentAsAPost() {
        assertThat(server.run("rest", "GET", "/api/v1/workers", "-d", "{}")).isEqualTo(2);
        assertThat(server.said()).contains("a GET has no body");
        assertThat(server.asked).isEmpty();
        for (var method : new String[] {"HEAD", "OPTIONS", "DELETE"}) {
            assertThat(server.run("rest", method, "/api/v1/x")).as(method).isZero();
        }
        assertThat(server.asked).containsExactly("HEAD /api/v1/x", "OPTIONS /api/v1/x", "DELETE /api/v1/x");
    }

    @Test
    void anAnswerThatIsNotTheJsonItSaysItIsEndsInWords() {
        server.answer("/api/v1/x", 200, "{\"a\":");

        assertThat(server.run("rest", "GET", "/api/v1/x")).isEqualTo(1);
        assertThat(server.said()).contains("calls its answer JSON, and it is none");
    }
}
