package dev.kiln.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.account.AccountId;
import dev.kiln.region.RegionId;
import dev.kiln.template.BuildCommand;
import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import dev.kiln.template.ComponentId;
import dev.kiln.template.TaskText;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpansionTest {

    private static final String TASKS = """
            Parameters: {p: {Type: String}, n: {Type: Number, DefaultValue: 7}}
            Tasks:
            - {Name: a, Action: RunShellCommand, Properties: {commandContent: 'echo {{p}}{{n}}'}}
            - {Name: b, Action: RunShellCommand, Properties: {commandContent: 'echo {{a.stdout}}', workingDir: '/{{p}}'}}
            """;

    private static Component component(Component.Type type, String content) {
        return new Component(
                new ComponentId("ic-00000000000000000001"),
                new AccountId(1),
                new RegionId("cn-one"),
                "nginx",
                "",
                type,
                new ComponentVersion(1, 2, 3),
                content,
                List.of(),
                Map.of(),
                Instant.EPOCH);
    }

    private static List<BuildCommand> expand(String template, Component component) throws BuildContentException {
        var commands = BuildContent.parse(template, BuildContent.Kind.BUILD);
        var components = Collections.nCopies(Expansion.references(commands).size(), component);
        return Expansion.of(commands, components, BuildContent.Kind.BUILD);
    }

    private static void refused(String arguments, String code, String... words) {
        assertThatThrownBy(() -> expand("RUN x\nCOMPONENT ic-1 " + arguments, component(Component.Type.BUILD, TASKS)))
                .isInstanceOfSatisfying(
                        BuildContentException.class, e -> assertThat(e.code()).isEqualTo(code))
                .message()
                .contains(words)
                .contains("line 2");
    }

    @Test
    void commandsOfAComponentStandInItsPlace() throws Exception {
        var steps = expand("RUN a\nCOMPONENT ic-1\nRUN b", component(Component.Type.BUILD, "WORKDIR /x\nRESTART"));
        assertThat(steps)
                .containsExactly(
                        new BuildCommand.Run("RUN a", "a"),
                        new BuildCommand.Workdir("nginx/1.2.3 WORKDIR /x", "/x"),
                        new BuildCommand.Restart("nginx/1.2.3 RESTART"),
                        new BuildCommand.Run("RUN b", "b"));
    }

    @Test
    void valuesAndOutputsAreBoundForEachUse() throws Exception {
        var steps = expand(
                "RUN x\nCOMPONENT ic-1 --p \"1 $(id)\" --n -0.5\nCOMPONENT ic-1 --p 2",
                component(Component.Type.BUILD, TASKS));
        assertThat(steps).hasSize(5);
        var first = (BuildCommand.Script) steps.get(1);
        assertThat(first.captured()).isTrue();
        assertThat(first.script()).doesNotContain("id");
        assertThat(first.variables())
                .isEqualTo(Map.of("KILN_PARAMETER_p", TaskText.of("1 $(id)"), "KILN_PARAMETER_n", TaskText.of("-0.5")));
        var last = (BuildCommand.Script) steps.get(4);
        assertThat(last.captured()).isFalse();
        assertThat(last.variables())
                .isEqualTo(Map.of(
                        "KILN_PARAMETER_p",
                        TaskText.of("2"),
                        "KILN_PARAMETER_n",
                        TaskText.of("7"),
                        "KILN_STDOUT_1",
                        new TaskText(List.of(new TaskText.Output(4)))));
        assertThat(last.directory().with(step -> "")).isEqualTo("/2");
    }

    @Test
    void argumentsHaveToFitTheParameters() {
        refused("", "InvalidImageComponent.NotSupported", "does not pass --p");
        refused("--p a --n x", "InvalidImageComponent.NotSupported", "no Number");
        refused("--p a --q x", "InvalidImageComponent.NotSupported", "--q", "p, n");
        refused("--p a --p b", "InvalidParameter.BuildContent", "twice");
        refused("--p", "InvalidParameter.BuildContent", "no value");
        refused("--p --n", "InvalidParameter.BuildContent", "no value");
        refused("p a", "InvalidParameter.BuildContent", "parameter's name");
        refused("--p \"a", "InvalidParameter.BuildContent", "closing quote");
        refused("--p \"a\"b", "InvalidParameter.BuildContent", "put a blank");
        refused("--p a\"b", "InvalidParameter.BuildContent", "quote all");
    }

    @Test
    void typeHasToFitTheContent() {
        assertThatThrownBy(() -> expand("COMPONENT ic-1", component(Component.Type.TEST, "RUN x")))
                .isInstanceOf(BuildContentException.class)
                .hasMessageContaining("names a Test component");
    }

    @Test
    void stepsAreBounded() {
        var many = component(Component.Type.BUILD, "RUN x\n".repeat(127));
        assertThatThrownBy(() -> expand("COMPONENT ic-1\n".repeat(8), many))
                .isInstanceOf(BuildContentException.class)
                .hasMessageContaining("1000 steps");
    }
}
