package dev.kiln.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.account.AccountId;
import dev.kiln.region.RegionId;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildContentTest {

    private static List<BuildCommand> parse(String text) throws BuildContentException {
        return BuildContent.parse(text, BuildContent.Kind.BUILD);
    }

    private static BuildCommand one(String text) throws BuildContentException {
        var commands = parse(text);
        assertThat(commands).hasSize(1);
        return commands.get(0);
    }

    private static void refused(String text, String code, String... words) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOfSatisfying(
                        BuildContentException.class, e -> assertThat(e.code()).isEqualTo(code))
                .message()
                .contains(words);
    }

    @Test
    void commentsBlankLinesAndCaseDoNotMatter() throws Exception {
        assertThat(parse("# first\r\n\r\n  run echo # stays\r\n\t# last\n"))
                .containsExactly(new BuildCommand.Run("run echo # stays", "echo # stays"));
    }

    @Test
    void runIsJoinedAsAShellWould() throws Exception {
        assertThat(one("RUN echo hello;\\\n# between\necho world;"))
                .isEqualTo(new BuildCommand.Run("RUN echo hello;echo world;", "echo hello;echo world;"));
    }

    @Test
    void labelPairsMayBeOnLinesOfTheirOwn() throws Exception {
        assertThat(one("LABEL user=\"x\"\\\ndate=\"a \\\"b\\\"\" key=\"\""))
                .extracting(command -> ((BuildCommand.Label) command).labels())
                .isEqualTo(Map.of("user", "x", "date", "a \"b\"", "key", ""));
    }

    @Test
    void envHasTwoForms() throws Exception {
        assertThat(((BuildCommand.Env) one("ENV A b = c")).variables()).isEqualTo(Map.of("A", "b = c"));
        assertThat(((BuildCommand.Env) one("ENV A=\"1\" B=\"2 3\"")).variables())
                .isEqualTo(Map.of("A", "1", "B", "2 3"));
    }

    @Test
    void commandHasTwoForms() throws Exception {
        assertThat(((BuildCommand.Cmd) one("CMD [\"a\", \"b c\"]")).command()).containsExactly("a", "b c");
        assertThat(((BuildCommand.Entrypoint) one("ENTRYPOINT a b")).entrypoint())
                .containsExactly("/bin/sh", "-c", "a b");
    }

    @Test
    void fromIsCheckedAndIgnored() throws Exception {
        assertThat(parse("FROM IMAGE:m-1\nRUN x")).hasSize(1);
        refused("RUN x\nFROM IMAGE:m-1", "InvalidCommandOrder.FROM", "line 2");
        refused("FROM IMAGE:m-1\nFROM IMAGE:m-1", "DuplicatedCommand.FROM", "line 2");
        refused("FROM debian", "InvalidCommandContent.FROM", "line 1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    RUN                       | EmptyCommandContent.RUN
                    ENV                       | EmptyCommandContent.ENV
                    LABEL                     | EmptyCommandContent.LABEL
                    COPY                      | EmptyCommandContent.COPY
                    WORKDIR                   | EmptyCommandContent.WORKDIR
                    USER                      | EmptyCommandContent.USER
                    CMD                       | EmptyCommandContent.CMD
                    CMD []                    | EmptyCommandContent.CMD
                    ENTRYPOINT                | EmptyCommandContent.ENTRYPOINT
                    RESTART now               | NotEmptyCommandContent.RESTART
                    ENV A                     | InvalidCommandContent.ENV
                    ENV A=b                   | InvalidCommandContent.ENV
                    ENV A="b                  | InvalidCommandContent.ENV
                    ENV 1A b                  | InvalidCommandContent.ENV
                    ENV A="b"C="d"            | InvalidCommandContent.ENV
                    LABEL a                   | InvalidParameter.BuildContent
                    LABEL a$="b"              | InvalidParameter.BuildContent
                    WORKDIR /a/../../b        | InvalidCommandContent.WORKDIR
                    COPY a                    | InvalidCommandContent.COPY
                    COPY a b c                | InvalidCommandContent.COPY
                    COPY ../a /b              | InvalidCommandContent.COPY
                    COPY a/ /b                | InvalidCommandContent.COPY
                    COPY a /../b              | InvalidCommandContent.COPY
                    COPY http://h/f?a=b /b    | InvalidCommandContent.COPY
                    COPY http://u:p@h/f /b    | InvalidCommandContent.COPY
                    COPY ftp://h/f /b         | InvalidCommandContent.COPY
                    COPY file:///etc/f /b     | InvalidCommandContent.COPY
                    COPY http://h/ /b         | InvalidCommandContent.COPY
                    USER a b                  | InvalidCommandContent.USER
                    USER -x                   | InvalidCommandContent.USER
                    CMD ["a"                  | InvalidCommandContent.CMD
                    CMD [1, {}]               | InvalidCommandContent.CMD
                    CMD [null]                | InvalidCommandContent.CMD
                    CMD ["\\ud83d"]            | InvalidCommandContent.CMD
                    VOLUME /x                 | InvalidImageTemplateCommand.NotSupported
                    COMPONENT                 | InvalidParameter.BuildContent
                    COMPONENT nginx           | InvalidParameter.BuildContent
                    COMPONENT ic-1 x          | InvalidParameter.BuildContent
                    COMPONENT acs:ecs:a:1:imagecomponent/nginx/1.0 | InvalidParameter.BuildContent
                    COMPONENT acs:ecs:a:b:imagecomponent/nginx/1.0.0 | InvalidParameter.BuildContent
                    """)
    void refusalHasTheCodeOfTheReference(String text, String code) {
        refused(text, code, "line 1");
    }

    @Test
    void relativePathsAreJudgedWhereTheDirectoryIsKnown() throws Exception {
        // The base image's directory, or a component's, holds there.
        assertThat(parse("COPY f ../etc\nWORKDIR ../a\nCOPY f ../../b\nCOMPONENT ic-1\nCOPY f ../etc"))
                .hasSize(5);
        assertThat(parse("WORKDIR /a\nCOMPONENT ic-1\nCOPY f ../../etc")).hasSize(3);
        assertThat(parse("WORKDIR /a/b\nWORKDIR ../c\nCOPY f ../etc")).hasSize(3);
        refused("WORKDIR /a\nCOPY f ../../etc", "InvalidCommandContent.COPY", "line 2", "leaves the image");
        refused("WORKDIR /a/b\nWORKDIR ..\nWORKDIR ../..", "InvalidCommandContent.WORKDIR", "line 3");
    }

    @Test
    void componentHasAnIdOrANameAndAVersion() throws Exception {
        assertThat(one("component ic-1 --a b --c-d \"e \\\"f\\\\\" --g '\"' --h \"\""))
                .isEqualTo(new BuildCommand.Component(
                        "component ic-1 --a b --c-d \"e \\\"f\\\\\" --g '\"' --h \"\"",
                        1,
                        new ComponentReference.ById(new ComponentId("ic-1")),
                        Map.of("a", "b", "c-d", "e \"f\\", "g", "\"", "h", "")));
        var any = new ComponentReference.VersionPattern(OptionalInt.of(1), OptionalInt.empty(), OptionalInt.empty());
        var named = new ComponentReference.ByName(
                Optional.of(new RegionId("cn-one")), Optional.of(new AccountId(1)), "my:nginx", any);
        for (var separator : List.of("/", ":")) {
            assertThat(one("COMPONENT acs:ecs:cn-one:01:imagecomponent/my:nginx" + separator + "1.*.*"))
                    .extracting(command -> ((BuildCommand.Component) command).reference())
                    .isEqualTo(named);
        }
        assertThat(one("COMPONENT acs:ecs:*::imagecomponent/my:nginx/1.*.*"))
                .extracting(command -> ((BuildCommand.Component) command).reference())
                .isEqualTo(new ComponentReference.ByName(Optional.empty(), Optional.empty(), "my:nginx", any));
    }

    @Test
    void nothingFollowsRestart() {
        refused("RESTART\nRUN x", "NotEmptyCommandContent.RESTART", "line 2");
    }

    @Test
    void commandsAndBytesAreBounded() throws Exception {
        assertThat(parse("RUN x\n".repeat(127))).hasSize(127);
        refused("RUN x\n".repeat(128), "InvalidImageTemplateCommandSize.ExceededMaxNumber", "line 128");
        assertThat(parse("#" + "x".repeat(16383))).isEmpty();
        refused("#" + "ä".repeat(8192), "InvalidBuildContent.LengthExceeded", "16384");
        assertThatThrownBy(() -> BuildContent.parse("#" + "x".repeat(16384), BuildContent.Kind.TEST))
                .isInstanceOfSatisfying(
                        BuildContentException.class,
                        e -> assertThat(e.code()).isEqualTo("InvalidParameter.TestContent"));
    }

    @Test
    void controlCharactersAreRefused() {
        refused("RUN a\nRUN b\0", "InvalidParameter.BuildContent", "line 2", "U+0000");
        refused("RUN \u001b[2J", "InvalidParameter.BuildContent", "U+001B");
        refused("RUN \ud800", "InvalidParameter.BuildContent", "U+D800");
    }

    @Test
    void worstTextsTakeNoTime() {
        // Time of the processor, which a busy machine changes little.
        var bean = ManagementFactory.getThreadMXBean();
        long begin = bean.getCurrentThreadCpuTime();
        for (var text :
                List.of("\\\n", " \\\n", "ENV A=\"", "ENV A=\"\\\"", "COPY a ", "\t", "RUN \\\n", "LABEL =\"\" ")) {
            try {
                parse(text.repeat(16384 / text.length()));
            } catch (BuildContentException e) {
                assertThat(e.getMessage()).hasSizeLessThan(1000);
            }
        }
        assertThat(Duration.ofNanos(bean.getCurrentThreadCpuTime() - begin)).isLessThan(Duration.ofSeconds(2));
    }
}
