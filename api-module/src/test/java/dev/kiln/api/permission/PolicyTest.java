package dev.kiln.api.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.ApiException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyTest {

    private static final String PIPELINE = "acs:ecs:cn-hangzhou:1:imagepipeline/ip-1";

    @Test
    void nothingThatMatchesIsRefused() {
        var policy = policy("Allow", "ecs:Describe*", "*");
        assertThat(policy.allows("ecs:DescribeImages", "*")).isTrue();
        assertThat(policy.allows("ecs:DeleteImage", PIPELINE)).isFalse();
        assertThat(policy.allows("kiln:DescribeImages", "*")).isFalse();
    }

    @Test
    void aDenyWinsWhereverItStands() {
        var allow = statement("Allow", "*", "*");
        var deny = statement("Deny", "ecs:Start*", PIPELINE);
        for (var policy : new Policy[] {document(allow, deny), document(deny, allow)}) {
            assertThat(policy.allows("ecs:StartImagePipelineExecution", PIPELINE))
                    .isFalse();
            assertThat(policy.allows("ecs:StartImagePipelineExecution", PIPELINE + "x"))
                    .isTrue();
            assertThat(policy.allows("ecs:DescribeImages", PIPELINE)).isTrue();
        }
    }

    @Test
    void actionsAreTheSameInUpperAndLowerCaseAndResourcesAreNot() {
        var policy = policy("Allow", "ECS:startimagepipelineexecution", PIPELINE);
        assertThat(policy.allows("ecs:StartImagePipelineExecution", PIPELINE)).isTrue();
        assertThat(policy.allows("ecs:StartImagePipelineExecution", PIPELINE.toUpperCase(java.util.Locale.ROOT)))
                .isFalse();
    }

    @Test
    void aStatementMayHaveListsOfActionsAndResources() {
        var policy = Policy.parse("""
                {"Version": "1", "Statement": [{"Effect": "Allow", "Action": ["ecs:A", "ecs:B"],
                 "Resource": ["acs:ecs:*:*:image/m-1", "acs:ecs:*:*:image/m-2"]}]}
                """);
        assertThat(policy.allows("ecs:B", "acs:ecs:r:1:image/m-2")).isTrue();
        assertThat(policy.allows("ecs:B", "acs:ecs:r:1:image/m-3")).isFalse();
        assertThat(policy.allows("ecs:C", "acs:ecs:r:1:image/m-2")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{| no JSON",
                "[]| no JSON object",
                "{} {}| no JSON",
                "{'Version':'1'}| list of 1 to 50 statements",
                "{'Version':'1','Statement':[]}| list of 1 to 50 statements",
                "{'Version':1,'Statement':[{}]}| Version has to be",
                "{'Version':'2','Statement':[{}]}| Version has to be",
                "{'Version':'1','Statement':{}}| list of 1 to 50 statements",
                "{'Version':'1','Statement':[1]}| statement 1 is no JSON object",
                "{'Version':'1','Statement':[],'Id':'x'}| member 'Id'",
                "{'Version':'1','Statement':[{'Effect':'Allow','Action':'*','Resource':'*','Condition':{}}]}| member 'Condition'",
                "{'Version':'1','Statement':[{'Effect':'Allow','NotAction':'*','Resource':'*'}]}| member 'NotAction'",
                "{'Version':'1','Statement':[{'Effect':'Allow','Action':'*','NotResource':'*'}]}| member 'NotResource'",
                "{'Version':'1','Statement':[{'Effect':'Allow','Action':'*','Resource':'*','Principal':'x'}]}| member 'Principal'",
                "{'Version':'1','Statement':[{'effect':'Allow','Action':'*','Resource':'*'}]}| member 'effect'",
                "{'Version':'1','Statement':[{'Effect':'allow','Action':'*','Resource':'*'}]}| Effect of statement 1",
                "{'Version':'1','Statement':[{'Effect':'Deny','Effect':'Allow','Action':'*','Resource':'*'}]}| gives a member twice",
                "{'Version':'1','Statement':[{'Effect':'Allow','Resource':'*'}]}| Action of statement 1",
                "{'Version':'1','Statement':[{'Effect':'Allow','Action':[],'Resource':'*'}]}| Action of statement 1 is empty",
                "{'Version':'1','Statement':[{'Effect':'Allow','Action':[1],'Resource':'*'}]}| Action of statement 1",
                "{'Version':'1','Statement':[{'Effect':'Allow','Action':'a b','Resource':'*'}]}| Action of statement 1",
                "{'Version':'1','Statement':[{'Effect':'Allow','Action':'*','Resource':'imagepipeline/ip-1'}]}| like acs:ecs",
                "{'Version':'1','Statement':[{'Effect':'Allow','Action':'*','Resource':'acs:ecs:*:*:imagepipelin/*'}]}| names a type",
                "{'Version':'1','Statement':[{'Effect':'Allow','Action':'*','Resource':'acs:oss:*:*:bucket/*'}]}| names a type",
                "{'Version':'1','Statement':[{'Effect':'Allow','Action':'*','Resource':'acs:ecs:*:*:image'}]}| names a type",
            })
    void whatIsNotUnderstoodIsRefusedInWords(String document, String why) {
        assertThatThrownBy(() -> Policy.parse(document.replace('\'', '"')))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining(why.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource({
        "*",
        "acs:ecs:*:*:*",
        "acs:*:*:*:*",
        "acs:ecs:*:*:image*",
        "acs:ecs:*:*:image*/x",
        "acs:kiln:*:*:key/k",
        "acs:ecs:cn-?:1:image/m-*"
    })
    void resourcesMayHaveStarsAnywhere(String resource) {
        assertThat(policy("Allow", "*", resource).statements()).hasSize(1);
    }

    @Test
    void sizesAreBounded() {
        var filler = " ".repeat(6144);
        assertThatThrownBy(() -> Policy.parse(filler + "{}")).hasMessageContaining("may have 6144");
        assertThatThrownBy(() -> policy("Allow", "a".repeat(257), "*")).hasMessageContaining("1 to 256");
        var actions = IntStream.range(0, 200).mapToObj(n -> "\"a\"").collect(Collectors.joining(","));
        assertThatThrownBy(() -> Policy.parse("{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":["
                        + actions + "],\"Resource\":\"*\"}]}"))
                .hasMessageContaining("more than 200");
        var small = statement("Allow", "*", "*");
        var many = IntStream.range(0, 51).mapToObj(n -> small).toArray(String[]::new);
        assertThatThrownBy(() -> document(many)).hasMessageContaining("1 to 50");
        var longest = ResourceType.KEY.name("*", new AccountId(AccountId.MAX), "k".repeat(128));
        assertThat(policy("Allow", "*", "*").allows("kiln:DeleteKey", longest)).isTrue();
        assertThat(policy("Allow", "*", "*").allows("kiln:DeleteKey", longest + "k"))
                .isFalse();
    }

    private static Policy policy(String effect, String action, String resource) {
        return document(statement(effect, action, resource));
    }

    private static Policy document(String... statements) {
        return Policy.parse("{\"Version\":\"1\",\"Statement\":[" + String.join(",", statements) + "]}");
    }

    private static String statement(String effect, String action, String resource) {
        return "{\"Effect\":\"" + effect + "\",\"Action\":\"" + action + "\",\"Resource\":\"" + resource + "\"}";
    }
}
