package dev.kiln.api.component;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.operation.Form;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Sent;
import dev.kiln.api.template.ContentCodes;
import dev.kiln.component.ComponentContent;
import dev.kiln.template.BuildContentException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Content as a parameter: commands, or tasks in YAML (docs/build-content.md). */
record Content() implements Form<String> {

    static final ErrorCode COMPONENT_IN_COMPONENT =
            new ErrorCode("InvalidCommand.Component", 400, "a component contains COMPONENT");
    private static final ErrorCode INVALID =
            new ErrorCode("InvalidParameter.Content", 400, "a character, a LABEL or the YAML of Content is not valid");
    private static final ErrorCode MISSING =
            new ErrorCode("MissingParameter.Content", 400, "Content is missing or empty");

    static final Parameter<String> CONTENT =
            Parameter.of("Content", new Content()).code(INVALID).required(MISSING);

    /** In the order of the reference; {@link #COMPONENT_IN_COMPONENT} stands before the codes of other parameters. */
    static final List<ErrorCode> CODES = Stream.of(
                    Stream.of(
                            new ErrorCode("InvalidContent.LengthExceeded", 400, "more than 16 KiB"),
                            INVALID,
                            MISSING,
                            ContentCodes.TOO_MANY_COMMANDS,
                            ContentCodes.NO_COMMAND),
                    ContentCodes.OF_COMMANDS.stream()
                            .filter(code -> !code.code().equals("InvalidCommandContent.FROM")))
            .flatMap(codes -> codes)
            .toList();

    @Override
    public String type() {
        return "text";
    }

    @Override
    public String rule() {
        return "commands or tasks, at most 127 and 16 KiB ([build-content.md](build-content.md#components))";
    }

    @Override
    public Optional<String> read(Sent sent, String name, ErrorCode code) {
        var text = sent.text(name);
        if (text.isEmpty()) {
            return text;
        }
        try {
            ComponentContent.parse(text.get(), "");
            return text;
        } catch (BuildContentException e) {
            sent.refuse(ContentCodes.refusal(e));
            return Optional.empty();
        }
    }

    @Override
    public List<ErrorCode> codes() {
        return Stream.concat(Stream.of(COMPONENT_IN_COMPONENT, ContentCodes.FROM_IN_COMPONENT), CODES.stream())
                .toList();
    }
}
