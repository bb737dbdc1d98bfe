package dev.kiln.template;

/** The id of a component on the wire (ImageComponentId): {@code ic-} and 20 lower-case letters or digits. */
public record ComponentId(String value) {

    @Override
    public String toString() {
        return value;
    }
}
