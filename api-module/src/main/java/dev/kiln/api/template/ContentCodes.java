package dev.kiln.api.template;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.template.BuildContentException;
import java.util.List;
import java.util.stream.Stream;

/** The codes of contents, for templates and components. */
public final class ContentCodes {

    /** A named component does not fit. */
    public static final ErrorCode COMPONENT_NOT_SUPPORTED = new ErrorCode(
            "InvalidImageComponent.NotSupported", 400, "a component of the wrong type, or arguments that do not fit");

    /** The codes of single commands, in the order of the reference. */
    public static final List<ErrorCode> OF_COMMANDS = Stream.of(
                    Stream.of("ENV", "WORKDIR", "COPY", "USER", "FROM", "CMD", "ENTRYPOINT")
                            .map(word -> new ErrorCode(
                                    "InvalidCommandContent." + word,
                                    400,
                                    "the arguments of " + word + " are not valid")),
                    Stream.of("LABEL", "ENV", "ENTRYPOINT", "CMD", "COPY", "WORKDIR", "USER", "RUN")
                            .map(word -> new ErrorCode("EmptyCommandContent." + word, 400, "nothing follows " + word)),
                    Stream.of(new ErrorCode("NotEmptyCommandContent.RESTART", 400, "something follows RESTART")))
            .flatMap(codes -> codes)
            .toList();

    public static final ErrorCode TOO_MANY_COMMANDS =
            new ErrorCode("InvalidImageTemplateCommandSize.ExceededMaxNumber", 400, "more than 127 commands");
    public static final ErrorCode NO_COMMAND =
            new ErrorCode("InvalidImageTemplateCommand.NotSupported", 400, "a line that is not a command");

    /** FROM within a component; the only one of these codes that is not 400. */
    public static final ErrorCode FROM_IN_COMPONENT =
            new ErrorCode("NotSupportedCommand.FROM", 404, "a component contains FROM");

    private ContentCodes() {}

    /** The parser's refusal as a refusal of the wire. */
    public static ApiException refusal(BuildContentException refused) {
        var status = refused.code().equals(FROM_IN_COMPONENT.code()) ? FROM_IN_COMPONENT.status() : 400;
        return new ApiException(refused.code(), status, refused.getMessage());
    }
}
