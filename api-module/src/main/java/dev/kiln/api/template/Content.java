package dev.kiln.api.template;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.operation.Form;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Sent;
import dev.kiln.template.BuildCommand;
import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** BuildContent and TestContent as parameters: commands, one a line (docs/build-content.md). */
record Content(BuildContent.Kind kind) implements Form<String> {

    private static final ErrorCode NO_COMPONENTS =
            new ErrorCode("InvalidImageComponent.NotSupported", 400, "COMPONENT");

    /** In the order of the reference; those of a length and of a line that is no command come with each kind. */
    static final List<ErrorCode> CODES = Stream.of(
                    Stream.of(
                            new ErrorCode("InvalidBuildContent.LengthExceeded", 400, "more than 16 KiB"),
                            new ErrorCode("InvalidParameter.BuildContent", 400, "a character or LABEL of BuildContent"),
                            new ErrorCode(
                                    "InvalidParameter.TestContent",
                                    400,
                                    "a character or LABEL of TestContent, or more than 16 KiB"),
                            new ErrorCode(
                                    "InvalidImageTemplateCommandSize.ExceededMaxNumber", 400, "more than 127 commands"),
                            new ErrorCode("InvalidImageTemplateCommand.NotSupported", 400, "a line that is no command"),
                            new ErrorCode("DuplicatedCommand.FROM", 400, "a second FROM"),
                            new ErrorCode("InvalidCommandOrder.FROM", 400, "FROM after another command")),
                    Stream.of("ENV", "WORKDIR", "COPY", "USER", "FROM", "CMD", "ENTRYPOINT")
                            .map(word -> new ErrorCode("InvalidCommandContent." + word, 400, "what follows " + word)),
                    Stream.of("LABEL", "ENV", "ENTRYPOINT", "CMD", "COPY", "WORKDIR", "USER", "RUN")
                            .map(word -> new ErrorCode("EmptyCommandContent." + word, 400, "nothing follows " + word)),
                    Stream.of(
                            new ErrorCode("NotEmptyCommandContent.RESTART", 400, "something follows RESTART"),
                            NO_COMPONENTS))
            .flatMap(codes -> codes)
            .toList();

    static Parameter<String> parameter(String name, BuildContent.Kind kind) {
        var own = kind == BuildContent.Kind.BUILD ? CODES.get(0) : CODES.get(2);
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
            var commands = BuildContent.parse(text.orElse(""), kind);
            if (commands.stream().anyMatch(BuildCommand.Component.class::isInstance)) {
                sent.refuse(NO_COMPONENTS.because(
                        name + " has a COMPONENT, and components cannot be made yet. Write its commands into " + name
                                + "."));
                return Optional.empty();
            }
            return text;
        } catch (BuildContentException e) {
            sent.refuse(new ApiException(e.code(), 400, e.getMessage()));
            return Optional.empty();
        }
    }

    @Override
    public List<ErrorCode> codes() {
        return CODES;
    }
}
