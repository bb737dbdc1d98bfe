package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.TestSeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What holds for any policy document: it is refused in words, or the key obeys it; nothing fails, nothing takes long.
 */
@Timeout(120)
class PolicyPropertiesIT {

    private static final int ROUNDS = 150;
    private static final Duration LONG = Duration.ofSeconds(5);

    private final ApiServer server = ApiServer.shared();
    private final WireClient root = server.as(ApiServer.ROOT);
    private final Random random = TestSeed.random("PolicyPropertiesIT");

    @Test
    void noDocumentFailsOrTakesLongWhenItIsGivenOrUsed() {
        var account = server.newAccount();
        int taken = 0;
        for (int round = 0; round < ROUNDS; round++) {
            var document = random.nextBoolean() ? document() : broken(document());
            var began = System.nanoTime();
            var made = account.rest("POST", "/api/v1/temporary-keys", TestKeys.body(Map.of("policy", document)));
            assertThat(made.status()).as(document).isIn(201, 400);
            if (made.status() == 201) {
                taken++;
                use(new WireClient(
                        server.port(),
                        new Keys("", made.at("accessKeyId"), made.at("accessKeySecret")),
                        made.at("securityToken")));
            } else {
                assertThat(made.at("code")).as(document).isEqualTo("MalformedPolicyDocument");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).as(document).isLessThan(LONG);
        }
        assertThat(taken).isPositive();
    }

    private void use(WireClient key) {
        var ids = IntStream.range(0, 100).mapToObj(n -> "a".repeat(100) + n).collect(Collectors.joining(","));
        assertThat(key.call("DescribeImages", "ImageId", ids).status()).isIn(200, 403);
        assertThat(key.call("DescribeRegions").status()).isIn(200, 403);
        assertThat(key.rest("GET", "/api/v1/images/" + "a".repeat(2000), "").status())
                .isIn(403, 404);
    }

    @Test
    void bodiesThatAreNoneAreRefused() {
        for (var body : List.of("", "[]", "null", "{", "\"x\"", "{\"policy\":[]}", "{\"policy\":1}")) {
            for (var path : List.of("/api/v1/keys", "/api/v1/temporary-keys")) {
                assertThat(root.rest("POST", path, body).status()).as(body).isEqualTo(400);
            }
        }
        var deep = "[".repeat(3000) + "]".repeat(3000);
        assertThat(root.rest("POST", "/api/v1/keys", TestKeys.body(Map.of("policy", deep)))
                        .refusal())
                .isEqualTo("400 MalformedPolicyDocument");
        assertThat(root.rest("POST", "/api/v1/keys", "{\"policy\":\"\\ud800\"}").status())
                .isEqualTo(400);
        assertThat(root.rest("POST", "/api/v1/keys", "{\"policy\":\"\\u0000\"}").status())
                .isEqualTo(400);
    }

    private String document() {
        var statements = new ArrayList<String>();
        for (int number = 0; number <= random.nextInt(5); number++) {
            statements.add("{\"Effect\":\"" + (random.nextInt(4) > 0 ? "Allow" : "Deny") + "\",\"Action\":"
                    + values("ecs:*", "ecs:Describe*", "*", "ECS:?escribe*s", "kiln:*", "*a*e*s", "*s")
                    + ",\"Resource\":"
                    + values(
                            "*",
                            "acs:ecs:*:*:image/*",
                            "acs:*:*:*:*" + "a".repeat(random.nextInt(200)) + "b*",
                            "acs:ecs:*:*:" + "*a".repeat(random.nextInt(100)) + "*b",
                            "acs:ecs:*:*:image/" + "?".repeat(100))
                    + "}");
        }
        return "{\"Version\":\"1\",\"Statement\":[" + String.join(",", statements) + "]}";
    }

    private String values(String... some) {
        var chosen = IntStream.range(0, 1 + random.nextInt(5))
                .mapToObj(n -> "\"" + some[random.nextInt(some.length)] + "\"")
                .toList();
        return chosen.size() == 1 && random.nextBoolean() ? chosen.get(0) : chosen.toString();
    }

    private String broken(String document) {
        var text = new StringBuilder(document);
        for (int change = 0; change <= random.nextInt(3); change++) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, "[]{}\",:*?\\0".charAt(random.nextInt(11)));
                case 2 -> text.insert(at, Character.toString(random.nextInt(0xD800)));
                default -> text.insert(at, text.substring(random.nextInt(at + 1), at));
            }
        }
        return text.toString();
    }
}
