package dev.kiln.template;

/** The id of a template on the wire (ImagePipelineId): {@code ip-} and 20 lower-case letters or digits. */
public record TemplateId(String value) {

    @Override
    public String toString() {
        return value;
    }
}
