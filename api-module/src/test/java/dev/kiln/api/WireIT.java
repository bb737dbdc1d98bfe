package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.signature.FormText;
import dev.kiln.api.signature.Signatures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint as the vendor's clients use it: placement of parameters, framing, encodings, formats. */
class WireIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();

    @Test
    void v3AnswersJsonWithARequestId() {
        var reply = client.call("DescribeRegions");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.headers()).containsEntry("content-type", "application/json;charset=utf-8");
        assertThat(reply.at("RequestId")).matches("[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}");
        assertThat(reply.at("Regions/Region/0/RegionId")).isEqualTo("cn-hangzhou");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST"})
    void v1AnswersXmlUnlessToldOtherwise(String method) {
        var xml = client.v1(method, "DescribeRegions");
        assertThat(xml.status()).as(xml.text()).isEqualTo(200);
        assertThat(xml.headers()).containsEntry("content-type", "text/xml;charset=utf-8");
        assertThat(xml.text()).contains("<DescribeRegionsResponse><Regions><Region><RegionId>cn-hangzhou</RegionId>");
        var json = client.v1(method, "DescribeRegions", "Format", "json");
        assertThat(json.headers()).containsEntry("content-type", "application/json;charset=utf-8");
        assertThat(json.at("Regions/Region/1/RegionId")).isEqualTo("cn-beijing");
    }

    @Test
    void errorsHaveTheFiveMembersInBothFormats() {
        var json = client.call("NoSuchThing");
        assertThat(json.status()).isEqualTo(404);
        assertThat(json.json().propertyNames())
                .containsExactlyInAnyOrder("RequestId", "HostId", "Code", "Message", "Recommend");
        var xml = client.v1("GET", "NoSuchThing");
        assertThat(xml.status()).isEqualTo(404);
        assertThat(xml.text()).contains("<Error><RequestId>").contains("<Code>InvalidAction.NotFound</Code>");
        assertThat(xml.headers()).containsEntry("content-type", "text/xml;charset=utf-8");
    }

    @Test
    void v3SpeaksXmlWhenThatAloneIsAccepted() {
        var headers = WireClient.v3Headers("DescribeRegions");
        headers.put("accept", "application/xml");
        var reply = client.send("GET", "/", Map.of(), new byte[0], headers);
        assertThat(reply.headers()).containsEntry("content-type", "text/xml;charset=utf-8");
    }

    @Test
    void parametersMayTravelInAFormBodySignedByV1() throws IOException {
        var signed = client.signV1("POST", "DescribeImages", Map.of("RegionId", "cn-hangzhou", "Format", "JSON"));
        var body = FormText.canonical(signed);
        var reply = raw("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body);
        assertThat(reply).startsWith("HTTP/1.1 200").contains("\"Images\":{\"Image\":[]}");
    }

    @Test
    void parametersMayTravelInAFormBodySignedByV3() {
        var body = "RegionId=cn-hangzhou&ImageName=a+b".getBytes(StandardCharsets.US_ASCII);
        var headers = WireClient.v3Headers("DescribeImages");
        headers.put("content-type", "application/x-www-form-urlencoded");
        var reply = client.send("POST", "/", Map.of(), body, headers);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    @Test
    void aPostWithoutAnyFramingHasNoBody() throws IOException {
        var signed = client.signV1("POST", "DescribeRegions", Map.of("Format", "JSON"));
        var reply = raw("POST /?" + FormText.canonical(signed) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n");
        assertThat(reply).startsWith("HTTP/1.1 200").contains("\"RegionId\":\"cn-hangzhou\"");
    }

    @Test
    void aChunkedEmptyBodyAndPlusesInTheQueryAreFine() throws IOException {
        var signed = client.signV1(
                "POST", "DescribeImages", Map.of("Format", "json", "RegionId", "cn-hangzhou", "ImageName", "a *b"));
        var query = FormText.canonical(signed).replace("%20", "+").replace("%2A", "*");
        var reply = raw("POST /?" + query + " HTTP/1.1\r\nhost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n"
                + "Connection: close\r\nAccept-Encoding: gzip\r\n\r\n0\r\n\r\n");
        assertThat(reply).startsWith("HTTP/1.1 200").contains("\"TotalCount\":0");
    }

    @Test
    void theHostNeedNotBeSignedAndPartsOfAuthorizationComeInAnyOrder() {
        var headers = new TreeMap<>(WireClient.v3Headers("DescribeRegions"));
        headers.put("x-acs-content-sha256", Signatures.sha256(new byte[0]));
        var query = Map.of("Action", "DescribeRegions", "Version", "2014-05-26", "Format", "JSON");
        var parts = client.authorization("POST", "/", query, headers)
                .split(" ", 2)[1]
                .split(",", -1);
        headers.put("authorization", "ACS3-HMAC-SHA256 " + parts[0] + "," + parts[2] + ", " + parts[1]);
        var reply = client.exchange("POST", "/?" + FormText.canonical(query), new byte[0], headers);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    @Test
    void emptyValuesMayBeLeftOutOfTheV1Signature() {
        var signed = new TreeMap<>(client.signV1("GET", "DescribeRegions", Map.of("Format", "JSON")));
        signed.put("AcceptLanguage", "");
        var reply = client.exchange("GET", "/?" + FormText.canonical(signed), new byte[0], Map.of());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    @Test
    void aRequestLineOf200KilobytesIsTaken() {
        var content = "RUN " + "é".repeat(16_000);
        var reply = client.call("DescribeImages", "Ignored", content + content);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    @Test
    void aRequestCannotBeSentTwice() {
        var target = "/?" + FormText.canonical(client.signV1("GET", "DescribeRegions", Map.of("Format", "JSON")));
        assertThat(client.exchange("GET", target, new byte[0], Map.of()).status())
                .isEqualTo(200);
        assertThat(client.exchange("GET", target, new byte[0], Map.of()).refusal())
                .isEqualTo("400 SignatureNonceUsed");
    }

    @Test
    void aWrongSignatureDoesNotUseUpTheNonce() {
        var signed = client.signV1("GET", "DescribeRegions", Map.of("Format", "JSON"));
        var forged = new TreeMap<>(signed);
        forged.put("Signature", "AAAA");
        var refused = client.exchange("GET", "/?" + FormText.canonical(forged), new byte[0], Map.of());
        assertThat(refused.refusal()).isEqualTo("400 SignatureDoesNotMatch");
        assertThat(refused.at("Message"))
                .isEqualTo("Specified signature is not matched with our calculation. server string to sign is:"
                        + Signatures.stringToSignV1("GET", signed));
        assertThat(client.exchange("GET", "/?" + FormText.canonical(signed), new byte[0], Map.of())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aBodyThatWasChangedOnTheWayIsRefused() {
        var headers = WireClient.v3Headers("DescribeImages");
        headers.put("x-acs-content-sha256", Signatures.sha256("RegionId=cn-hangzhou".getBytes(StandardCharsets.UTF_8)));
        headers.put("content-type", "application/x-www-form-urlencoded");
        var body = "RegionId=cn-beijing1".getBytes(StandardCharsets.UTF_8);
        assertThat(client.send("POST", "/", Map.of(), body, headers).refusal()).isEqualTo("400 SignatureDoesNotMatch");
    }

    @Test
    void aHeaderThatIsActedOnHasToBeSigned() {
        var headers = new TreeMap<>(WireClient.v3Headers("DescribeRegions"));
        headers.put("x-acs-content-sha256", Signatures.sha256(new byte[0]));
        headers.remove("x-acs-action");
        headers.put("authorization", client.authorization("POST", "/", Map.of(), headers));
        headers.put("x-acs-action", "DeleteImage");
        assertThat(client.exchange("POST", "/", new byte[0], headers).refusal()).isEqualTo("400 IncompleteSignature");
    }

    @ParameterizedTest
    @ValueSource(longs = {-901 - 5, 901 + 5})
    void clocksMayDifferByAQuarterOfAnHour(long seconds) {
        var time = Instant.parse(WireClient.now()).plusSeconds(seconds).toString();
        assertThat(client.v1("GET", "DescribeRegions", "Timestamp", time, "Format", "JSON")
                        .refusal())
                .isEqualTo("400 InvalidTimeStamp.Expired");
        var within =
                Instant.parse(WireClient.now()).plusSeconds(seconds * 9 / 10).toString();
        assertThat(client.v1("GET", "DescribeRegions", "Timestamp", within, "Format", "JSON")
                        .status())
                .isEqualTo(200);
    }

    private String raw(String request) throws IOException {
        return RawHttp.exchange(server.port(), request);
    }
}
