package dev.kiln.api.template;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.operation.Form;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Sent;
import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** BuildContent and TestContent as parameters: commands, one on each line (docs/build-content.md). */
record Content(BuildContent.Kind kind) implements Form<String> {

    /**
     * In the order of the reference; each kind has its own codes for the length and for lines that are not commands.
     */
    static final List<ErrorCode> CODES = Stream.of(
                    Stream.of(
                            new ErrorCode("InvalidBuildContent.LengthExceeded", 400, "more than 16 KiB"),
                            new ErrorCode(
                                    "InvalidParameter.BuildContent",
                                    400,
                                    "a character or a LABEL of BuildContent is not valid"),
                            new ErrorCode(
                                    "InvalidParameter.TestContent",
                                    400,
                                    "a character or a LABEL of TestContent is not valid, or more than 16 KiB"),
                            ContentCodes.TOO_MANY_COMMANDS,
                            ContentCodes.NO_COMMAND,
                            new ErrorCode("DuplicatedCommand.FROM", 400, "a second FROM"),
                            new ErrorCode("InvalidCommandOrder.FROM", 400, "FROM after another command")),
                    ContentCodes.OF_COMMANDS.stream())
            .flatMap(codes -> codes)
            .toList();

    static Parameter<String> parameter(String name, BuildContent.Kind kind) {
        var own = kind == BuildContent.Kind.BUILD ? CODES.get(1) : CODES.get(2);
        return Parameter.of(name, new Content(kind)).code(own).or("");
    }

    @Override
    public String type() {
        return "text";
    }

    @Override
    public String rule() {
        return "commands, at most 127 and 16 KiB ([build-content.md](build-content.md))";
    }

    @Override
    public Optional<String> read(Sent sent, String name, ErrorCode code) {
        var text = sent.text(name);
        try {
            BuildContent.parse(text.orElse(""), kind);
            return text;
        } catch (BuildContentException e) {
            sent.refuse(ContentCodes.refusal(e));
            return Optional.empty();
        }
    }

    @Override
    public List<ErrorCode> codes() {
        return CODES;
    }
}
