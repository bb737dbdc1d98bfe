package dev.kiln.api.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.template.Tag;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParameterTest {

    private static final ErrorCode TOO_MANY = new ErrorCode("TooMany", 400, "");
    private static final Parameter<List<String>> WORDS =
            Parameter.list("Word", Scalar.oneOf("a", "b"), 3, TOO_MANY).kept();

    @Test
    void numberedValuesComeInOrderAndGapsDoNotMatter() {
        assertThat(WORDS.read(new Sent(Map.of("Word.3", "a", "Word.1", "b", "Word.2", "", "Word.1.x", "c"))))
                .contains(List.of("b", "a"));
        assertThat(WORDS.read(new Sent(Map.of()))).contains(List.of());
    }

    @Test
    void whatIsWrongIsToldByTheNameThatTheClientWrote() {
        var sent = new Sent(Map.of("Word.2", "c", "Word.4", "a", "Tag.1.Key", "acs:", "Tag.7.Value", "x"));
        WORDS.read(sent);
        Tags.TAG.read(sent);
        assertThat(sent.refusals())
                .extracting(ApiException::code)
                .containsExactlyInAnyOrder(
                        "InvalidWord", "TooMany", "InvalidTagKey.Malformed", "InvalidTagKey.Malformed");
        assertThat(sent.refusals())
                .extracting(ApiException::getMessage)
                .anyMatch(message -> message.contains("Word.2 \"c\""))
                .anyMatch(message -> message.contains("Tag.1.Key"))
                .anyMatch(message -> message.contains("Tag.7.Key"));
    }

    @Test
    void anObjectIsReadOfItsMembersAndEachKeyMayBeGivenOnce() {
        assertThat(Tags.TAG.read(new Sent(Map.of("Tag.1.Key", "a", "Tag.1.Value", "", "Tag.2.Key", "b"))))
                .contains(List.of(new Tag("a", ""), new Tag("b", "")));
        var twice = new Sent(Map.of("Tag.1.Key", "a", "Tag.2.Key", "a"));
        Tags.TAG.read(twice);
        assertThat(twice.refusals()).extracting(ApiException::code).containsExactly("Duplicate.TagKey");
    }

    @Test
    void whatIsKeptIsReadAgainByItsDeclaration() {
        assertThat(WORDS.in(Map.of("Word.2", "b", "Other", "x"))).contains(List.of("b"));
    }

    @Test
    void aListIsGivenByItsItemsAndTheirMembersAlone() {
        for (var other :
                List.of("Tag", "Tag.1", "Tag.x", "Tag.1.Other", "Tag.1.Key.1", "Word", "Word.1.x", "Words.1")) {
            assertThat(Tags.TAG.covers(other) || WORDS.covers(other)).as(other).isFalse();
        }
        for (var name : List.of("Tag.1.Key", "Tag.1.Value", "Word.1")) {
            assertThat(Tags.TAG.covers(name) || WORDS.covers(name)).as(name).isTrue();
        }
    }

    @Test
    void whatAnOperationDoesNotDeclareItCannotAskFor() {
        var values = Values.read(List.of(WORDS), new Sent(Map.of()));
        assertThatThrownBy(() -> values.get(Tags.TAG)).hasMessageContaining("does not declare Tag");
    }

    @Test
    void ofSeveralRefusalsWhatIsMissingComesFirstAndThenTheOrderOfTheDeclaration() {
        var declaration = new Declaration<>(
                "X",
                "",
                List.of(Tags.TAG, WORDS, Parameter.text("Id").required()),
                List.of(ErrorCode.invalid("Word"), Tags.INVALID_KEY),
                Done.SHAPE);
        var sent = new Sent(Map.of("Tag.1.Key", "acs:", "Word.1", "c", "Word.4", "a"));
        Values.read(declaration.parameters(), sent);
        assertThat(declaration.first(sent.refusals()).map(ApiException::code)).contains("MissingParameter");
        sent.refusals().removeIf(refusal -> refusal.code().equals("MissingParameter"));
        assertThat(declaration.first(sent.refusals()).map(ApiException::code)).contains("InvalidWord");
    }
}
