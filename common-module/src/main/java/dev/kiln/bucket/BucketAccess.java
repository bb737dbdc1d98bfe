package dev.kiln.bucket;

import dev.kiln.account.AccountId;
import dev.kiln.region.RegionId;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Decides which buckets an account may use: the root account all, other accounts those that name them. */
public final class BucketAccess {

    private final JdbcClient jdbc;
    private final Buckets buckets;

    public BucketAccess(JdbcClient jdbc, Buckets buckets) {
        this.jdbc = jdbc;
        this.buckets = buckets;
    }

    /** The bucket, if it is in the region and the account may use it; otherwise empty, as if it did not exist. */
    public Optional<Bucket> find(String name, RegionId region, AccountId account) {
        return buckets.find(name)
                .filter(bucket -> bucket.region().equals(region))
                .filter(bucket -> bucket.accounts().contains(account) || isRoot(account));
    }

    private boolean isRoot(AccountId account) {
        return jdbc.sql("select exists (select from account where id = :id and is_root)")
                .param("id", account.value())
                .query(Boolean.class)
                .single();
    }
}
