package dev.kiln.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.template.BuildCommand;
import dev.kiln.template.BuildContentException;
import dev.kiln.template.TaskText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComponentContentTest {

    static final String SAMPLE = """
            # what it does
            Parameters:
              version: {Type: String, DefaultValue: '1.0'}
              port:
                Type: Number
              debug:
                Type: Boolean
                DefaultValue: false
            Tasks:
              - Name: look up
                Action: RunShellCommand
                Properties:
                  commandContent: |
                    #!/bin/bash
                    echo {{ version }}
                  workingDir: /srv/{{version}}
                  username: app
              - Name: fetch
                Action: WebDownload
                Properties: {sourcePath: 'https://example.org/{{look up.stdout}}.tar', destinationDir: /opt, timeout: 30}
              - Name: again
                Action: Reboot
            """;

    static ComponentContent parse(String text) throws BuildContentException {
        return ComponentContent.parse(text, "nginx/1.0.0");
    }

    static void refused(String text, String code, String... words) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOfSatisfying(
                        BuildContentException.class, e -> assertThat(e.code()).isEqualTo(code))
                .satisfies(
                        e -> assertThat(words).allSatisfy(word -> assertThat(e).hasMessageContaining(word)));
    }

    /** A document with one task whose commandContent is this, as one line. */
    private static void refusedScript(String script, String... words) {
        var yaml = """
                Parameters: {p: {Type: String}, n: {Type: Number}}
                Tasks:
                - {Name: none, Action: Reboot}
                - Name: t
                  Action: RunShellCommand
                  Properties:
                    commandContent: |
                """ + script.indent(10) + """
                - {Name: later, Action: RunShellCommand, Properties: {commandContent: 'true'}}
                """;
        refused(yaml, "InvalidParameter.Content", words);
    }

    @Test
    void yamlHasParametersAndTasks() throws Exception {
        var content = parse(SAMPLE);
        assertThat(content.parameters())
                .containsExactly(
                        new ComponentParameter("version", ComponentParameter.Type.STRING, Optional.of("1.0")),
                        new ComponentParameter("port", ComponentParameter.Type.NUMBER, Optional.empty()),
                        new ComponentParameter("debug", ComponentParameter.Type.BOOLEAN, Optional.of("false")));
        var version = new TaskText.Parameter("version");
        assertThat(content.commands())
                .containsExactly(
                        new BuildCommand.Script(
                                "nginx/1.0.0 look up: RunShellCommand",
                                "#!/bin/bash\necho \"${KILN_PARAMETER_version}\"\n",
                                new TaskText(List.of(new TaskText.Literal("/srv/"), version)),
                                TaskText.of("app"),
                                Map.of(
                                        "KILN_PARAMETER_version",
                                        new TaskText(List.of(version)),
                                        "KILN_PARAMETER_port",
                                        new TaskText(List.of(new TaskText.Parameter("port"))),
                                        "KILN_PARAMETER_debug",
                                        new TaskText(List.of(new TaskText.Parameter("debug")))),
                                true),
                        new BuildCommand.Download(
                                "nginx/1.0.0 fetch: WebDownload",
                                new TaskText(List.of(
                                        new TaskText.Literal("https://example.org/"),
                                        new TaskText.Output(1),
                                        new TaskText.Literal(".tar"))),
                                TaskText.of("/opt"),
                                30),
                        new BuildCommand.Restart("nginx/1.0.0 again: Reboot"));
    }

    @Test
    void commandsAreTheOtherForm() throws Exception {
        var content = parse("# first\nrun echo hello\nUSER app");
        assertThat(content.parameters()).isEmpty();
        assertThat(content.commands())
                .containsExactly(
                        new BuildCommand.Run("nginx/1.0.0 run echo hello", "echo hello"),
                        new BuildCommand.User("nginx/1.0.0 USER app", "app"));
        refused("RUN x\nCOMPONENT ic-1", "InvalidCommand.Component", "line 2");
        refused("FROM IMAGE:m-1", "NotSupportedCommand.FROM", "line 1");
        refused("RUN", "EmptyCommandContent.RUN");
        refused("RUN x\n".repeat(128), "InvalidImageTemplateCommandSize.ExceededMaxNumber");
        refused("#\n\n", "MissingParameter.Content");
        refused("#" + "x".repeat(16384), "InvalidContent.LengthExceeded", "16384");
        refused("RUN \u0007", "InvalidParameter.Content", "U+0007");
    }

    @ParameterizedTest
    @ValueSource(strings = {"InvokeCommand", "RunPowerShellCommand", "Sleep"})
    void otherActionsAreRefusedInWords(String action) {
        refused(
                "Tasks:\n- Name: t\n  Action: " + action + "\n  Properties: {a: b}",
                "InvalidImageTemplateCommand.NotSupported",
                "line 3",
                action,
                "; ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            Tasks: []                                                    | not a list of tasks
            Tasks: x                                                     | not a list of tasks
            Tasks:                                                       | not a list of tasks
            Parameters: {a: {Type: String}}                              | not a list of tasks
            Other: x                                                     | "Other" is unknown
            --- [a]                                                      | is not a mapping
            Tasks: [a]                                                   | is not a mapping
            Tasks: [{Name: t}]                                           | has no Action
            Tasks: [{Action: Reboot}]                                    | has no Name
            Tasks: [{Name: , Action: Reboot}]                            | is empty
            Tasks: [{Name: [a], Action: Reboot}]                         | is not text
            Tasks: [{Name: "a/b", Action: Reboot}]                       | no valid name
            Tasks: [{Name: a, Action: Reboot}, {Name: a, Action: Reboot}] | two tasks are called a
            Tasks: [{Name: a, Action: Reboot, Extra: b}]                 | "Extra" is unknown
            Tasks: [{Name: a, Action: Reboot, Properties: {forceStop: 1}}] | neither true nor false
            Tasks: [{Name: a, Name: b, Action: Reboot}]                  | the key "Name" twice
            Tasks: &x [{Name: a, Action: Reboot}]                        | the anchor &x
            Tasks: [*x]                                                  | the alias *x
            Tasks: !!java.net.URL [a]                                    | the tag
            Tasks: [!!binary aaaa]                                       | the tag
            Tasks: ! [a]                                                 | the tag
            Tasks: [[[[[[[a]]]]]]]                                       | nested deeper
            {[a]: b}                                                     | key that is not text
            Tasks: "\\0"                                                 | control character
            Tasks: "\\uD800"                                             | control character
            Tasks: "\\UFFFFFFFF"                                         | is no YAML
            Tasks: {                                                     | is no YAML
            --- a                                                        | is not a mapping
            {Parameters: {a: {Type: Text}}, Tasks: [a]}                  | Type "Text"
            {Parameters: {a: {Type: Number, DefaultValue: 0x1}}, Tasks: [a]} | is no Number
            {Parameters: {a: {Type: Boolean, DefaultValue: yes}}, Tasks: [a]} | is no Boolean
            {Parameters: {a: {Type: String, DefaultValue: }}, Tasks: [a]} | is empty
            {Parameters: {a b: {Type: String}}, Tasks: [a]}              | no valid name
            {Parameters: {a-b: {Type: String}, a_b: {Type: String}}, Tasks: [a]} | one name for a shell
            """)
    void documentsThatMeanNothingAreRefused(String text, String words) {
        refused(text, "InvalidParameter.Content", "line ", words, "; ");
    }

    @Test
    void oneDocumentOnly() {
        refused("Tasks: [{Name: a, Action: Reboot}]\n---\nb", "InvalidParameter.Content", "line 2", "second document");
        refused("%YAML 1.1\n---\nTasks: []", "InvalidParameter.Content", "directive");
        refused(
                "Tasks: [" + "{Name: a, Action: Reboot},".repeat(128) + "]",
                "InvalidImageTemplateCommandSize.ExceededMaxNumber");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sourcePath: ftp://h/f, destinationDir: /     | neither http:// nor https://
            sourcePath: 'http://h/f?q', destinationDir: / | query string
            sourcePath: 'http://h/', destinationDir: /   | no file
            sourcePath: 'http://h/f', destinationDir: /../a | leaves the image
            sourcePath: 'http://h/f'                     | has no destinationDir
            destinationDir: /                            | has no sourcePath
            sourcePath: 'http://h/f', destinationDir: /, timeout: 0 | not a number of seconds
            sourcePath: 'http://h/f', destinationDir: /, x: 0 | "x" is unknown
            """)
    void downloadsAreChecked(String properties, String words) {
        refused(
                "Tasks:\n- {Name: t, Action: WebDownload, Properties: {" + properties + "}}",
                "InvalidParameter.Content",
                "line 2",
                words);
    }

    @Test
    void tokensAreNotKept() {
        refused(
                "Tasks: [{Name: t, Action: WebDownload, Properties: {tokenInfo: ghp_x}}]",
                "InvalidImageTemplateCommand.NotSupported",
                "tokenInfo");
    }

    @Test
    void referencesHaveToBeKnown() {
        refusedScript("true\necho {{q}}", "line 9", "{{q}} names no parameter");
        refusedScript("echo {{x.stdout}}", "line 8", "{{x.stdout}} names no task");
        refusedScript("echo {{t.stdout}}", "not run yet");
        refusedScript("echo {{later.stdout}}", "not run yet");
        refusedScript("echo {{none.stdout}}", "without output");
        refusedScript("echo {{", "without a name");
        refusedScript("echo {{}}", "without a name");
        refusedScript("echo {{ {{p}} }}", "without a name");
        refusedScript("docker ps --format '{{.Names}}'", "\\{{");
        refusedScript("echo $(( {{p}} + 1 ))", "Type Number");
        refusedScript("cat <<'EOF'\n{{p}}\nEOF", "line 9", "<<'EOF'");
        refusedScript("cat <<{{p}}\nEOF", "<< ends at");
        refusedScript("#!/usr/bin/python3\nprint({{p}})", "is not a shell");
        refusedScript("(".repeat(200) + "{{p}}", "nested deeper");
    }
}
