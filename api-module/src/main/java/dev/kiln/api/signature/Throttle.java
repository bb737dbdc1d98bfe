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
 * Limits the rate of each access key in this process, with a token bucket for each. Asked after the signature check, so
 * that nobody can use up another caller's tokens.
 */
@Component
class Throttle {

    // A key unused for this long starts with a full bucket again; its bucket would be full by then anyway.
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

    /** Takes a token, or refuses and says when the next one is available. */
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
