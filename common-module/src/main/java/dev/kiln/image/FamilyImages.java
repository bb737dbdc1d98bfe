package dev.kiln.image;

/** Which images of a family count when its newest one is looked for. */
public final class FamilyImages {

    /**
     * Condition on an image i of a family: builds can begin with it, and nobody has to fear that its test fails. While
     * its execution tests it, or takes it back, it does not count; one whose test has failed is deprecated. The
     * "offset" makes PostgreSQL look up the one execution of each image; without it, it may read all that there are.
     */
    public static final String CHOOSABLE = """
            i.state = 'COPIED' and not i.deprecated and i.artifact is null
            and not exists (
                select from execution m
                 where m.id = i.execution_id
                   and (m.status = 'TESTING'
                        or m.status in ('RELEASING', 'CANCELLING')
                           and coalesce(m.outcome, '') not in ('SUCCESS', 'PARTITION_SUCCESS'))
                offset 0)
            """;

    private FamilyImages() {}
}
