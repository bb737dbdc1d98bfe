package dev.kiln.template;

/** The sources that COPY may read. */
final class CopySource {

    private CopySource() {}

    /** The path of a file in the context, without a leading slash. */
    static String contextFile(SourceLine line, String path) throws BuildContentException {
        var resolved = ImagePath.resolve("", path)
                .orElseThrow(
                        () -> line.invalid("leaves the context by \"..\"", "name a file within the uploaded context"));
        if (resolved.equals("/") || path.endsWith("/")) {
            throw line.invalid("names a directory", "COPY takes one file; pack a directory and unpack it by RUN tar");
        }
        return resolved.substring(1);
    }

    static String url(SourceLine line, String text) throws BuildContentException {
        var fault = SourceUrl.fault(text);
        if (fault.isPresent()) {
            throw line.invalid(fault.get().rule(), fault.get().remedy());
        }
        return text;
    }
}
