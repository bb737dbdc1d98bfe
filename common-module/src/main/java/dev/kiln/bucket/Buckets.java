package dev.kiln.bucket;

import java.util.List;
import java.util.Optional;

/** The buckets of this deployment; {@link BucketAccess} decides who may use them. */
public record Buckets(List<Bucket> all) {

    public Optional<Bucket> find(String name) {
        return all.stream().filter(bucket -> bucket.name().equals(name)).findFirst();
    }
}
