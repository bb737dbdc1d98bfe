package dev.kiln.worker.engine;

import dev.kiln.bucket.Bucket;
import java.util.Optional;

/** The buckets that the tasks of a build may use: those of its template's region and account. */
@FunctionalInterface
public interface BuildBuckets {

    /** No buckets. */
    BuildBuckets NONE = name -> Optional.empty();

    Optional<Bucket> find(String name);
}
