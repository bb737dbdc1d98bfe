package dev.kiln.image;

/** Which images are not finished yet, because the execution that made them may still take them back. */
public final class RevocableImages {

    /**
     * Condition on an image i: its execution runs and can still fail, be cancelled, or find that the image does not
     * pass its test. What has succeeded once is not taken back, not even while failed targets are tried again. The
     * "offset" makes PostgreSQL look up the one execution of each image; without it, it may read all that there are.
     */
    public static final String CONDITION = """
            exists (
                select from execution m
                 where m.id = i.execution_id and m.finished_at is null
                   and coalesce(m.outcome, '') not in ('SUCCESS', 'PARTITION_SUCCESS')
                offset 0)
            """;

    private RevocableImages() {}
}
