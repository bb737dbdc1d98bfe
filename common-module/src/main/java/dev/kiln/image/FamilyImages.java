package dev.kiln.image;

/** Which images of a family count when its newest one is looked for. */
public final class FamilyImages {

    /**
     * Condition on an image i of a family: builds can begin with it, and nobody has to fear that it fails its test or
     * is taken back. While that may happen it does not count; one whose test has failed is deprecated.
     */
    public static final String CHOOSABLE = """
            i.state = 'COPIED' and not i.deprecated and i.artifact is null
            and not\s""" + RevocableImages.CONDITION;

    private FamilyImages() {}
}
