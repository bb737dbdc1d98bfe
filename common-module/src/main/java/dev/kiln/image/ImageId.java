package dev.kiln.image;

/** The id of one copy of an image in one region (ImageId): {@code m-} and lower-case letters or digits. */
public record ImageId(String value) {

    @Override
    public String toString() {
        return value;
    }
}
