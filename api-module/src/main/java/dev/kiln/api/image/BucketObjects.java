package dev.kiln.api.image;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.bucket.Bucket;
import dev.kiln.bucket.BucketAccess;
import dev.kiln.bucket.ObjectName;
import dev.kiln.region.RegionId;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** Finds the objects to import, and the buckets to export to. */
@Component
public final class BucketObjects {

    static final ErrorCode NO_BUCKET =
            new ErrorCode("InvalidOSSBucket.NotFound", 400, "no such bucket in the region that the account may use");
    static final ErrorCode NO_OBJECT = new ErrorCode("InvalidOSSObject.NotFound", 400, "no such object in the bucket");

    private final BucketAccess access;

    BucketObjects(BucketAccess access) {
        this.access = access;
    }

    /** The object to import; empty if the object does not exist or the account has no such bucket. */
    public Optional<Images.Import> find(String bucket, String object, RegionId region, AccountId account) {
        return access.find(bucket, region, account)
                .flatMap(found ->
                        size(found, object).map(bytes -> new Images.Import(bucket, object, bytes, Optional.empty())));
    }

    /**
     * Looks now, and gives what it finds, or refuses, when it is asked. For looks before a transaction, whose session a
     * bucket that hangs would hold: a request that is repeated does not need what is found.
     */
    public static Supplier<Images.Import> looked(Supplier<Images.Import> look) {
        try {
            var found = look.get();
            return () -> found;
        } catch (ApiException refusal) {
            return () -> {
                throw refusal;
            };
        }
    }

    Images.Import require(String bucket, String object, RegionId region, AccountId account) {
        requireBucket(bucket, region, account);
        return find(bucket, object, region, account)
                .orElseThrow(() -> NO_OBJECT.because("The specified OSSObject " + Refusals.quoted(object)
                        + " does not exist in bucket " + bucket + "."));
    }

    void requireBucket(String bucket, RegionId region, AccountId account) {
        if (access.find(bucket, region, account).isEmpty()) {
            throw NO_BUCKET.because("The specified OSSBucket " + Refusals.quoted(bucket) + " does not exist in "
                    + region + ", or is not for this account. The setting kiln.buckets names those that do.");
        }
    }

    private static Optional<Long> size(Bucket bucket, String object) {
        try {
            return bucket.find(new ObjectName(object));
        } catch (IOException e) {
            throw Refusals.bucketAway(bucket.name());
        }
    }
}
