package dev.kiln.api.signature;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.kiln.api.ApiSettings;
import dev.kiln.api.error.Gateway;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import org.springframework.stereotype.Component;

/**
 * How much each access key may ask of this process: a token bucket a key. Asked after the signature, so that nobody can
 * use up another's tokens.
 */
@Component
class Throttle {

    // Keys that were not used for this long begin with a full bucket again, which they have by then anyway.
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private final boolean limited;
    private final LoadingCache<String, Bucket> buckets;

    Throttle(ApiSettings settings) {
        var throttle = settings.throttle();
        limited = throttle.perSecond() > 0;
        buckets = Caffeine.newBuilder()
                .expireAfterAccess(REMEMBERED)
                .build(key -> Bucket.builder()
                        .addLimit(Bandwidth.builder()
                                .capacity(Math.max(1, throttle.burst()))
                                .refillGreedy(Math.max(1, throttle.perSecond()), Duration.ofSeconds(1))
                                .build())
                        .build());
    }

    /** Takes a token, or refuses and says when there will be one. */
    void take(String accessKeyId) {
        if (!limited) {
            return;
        }
        var taken = buckets.get(accessKeyId).tryConsumeAndReturnRemaining(1);
        if (!taken.isConsumed()) {
            throw Gateway.THROTTLED
                    .because("Request was denied due to user flow control. Send fewer requests a second.")
                    .retryAfter(Duration.ofNanos(taken.getNanosToWaitForRefill()));
        }
    }
}
