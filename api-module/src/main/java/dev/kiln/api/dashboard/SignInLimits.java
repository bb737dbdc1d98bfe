package dev.kiln.api.dashboard;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.kiln.api.ApiSettings;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** Limits the attempts to sign in to this process, by address and by access key id. */
@Component
final class SignInLimits {

    private static final Duration REMEMBERED = Duration.ofMinutes(10);
    private static final int MOST_REMEMBERED = 100_000;

    private static final int KEYS_OF_AN_ADDRESS = 10;

    private final LoadingCache<String, Bucket> byKey;
    private final LoadingCache<String, Bucket> byAddress;

    SignInLimits(ApiSettings settings) {
        byKey = tries(settings.web().triesPerMinute());
        byAddress = tries(settings.web().triesPerMinute() * KEYS_OF_AN_ADDRESS);
    }

    private static LoadingCache<String, Bucket> tries(int perMinute) {
        return Caffeine.newBuilder()
                .expireAfterAccess(REMEMBERED)
                .maximumSize(MOST_REMEMBERED)
                .build(any -> Bucket.builder()
                        .addLimit(Bandwidth.builder()
                                .capacity(perMinute)
                                .refillGreedy(perMinute, Duration.ofMinutes(1))
                                .build())
                        .build());
    }

    /** Whether another attempt is allowed. */
    boolean take(String address, String accessKeyId) {
        return byAddress.get(address).tryConsume(1) && byKey.get(accessKeyId).tryConsume(1);
    }

    /** Returns the attempt, since the secret was right. */
    void giveBack(String address, String accessKeyId) {
        byAddress.get(address).addTokens(1);
        byKey.get(accessKeyId).addTokens(1);
    }
}
