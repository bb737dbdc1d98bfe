package dev.kiln.management;

import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * Checks one thing that a process depends on.
 *
 * @param name one word
 * @param need what the process loses without it
 * @param fresh how long a result is reused; probes and strangers may ask as often as they like
 * @param look returns a detail to report, and throws when the thing is not as it should be
 */
public record HealthCheck(String name, Need need, Duration fresh, Callable<String> look) {

    /** How badly a process is affected when a check fails; each level includes those before it. */
    public enum Need {
        /** Not at all: the result is only reported. */
        TOLD,
        /** It is unhealthy, but should still receive requests, since it reports what is wrong. */
        HEALTH,
        /** It can take no work now. */
        WORK,
        /** It cannot recover and should be restarted. */
        LIFE
    }

    boolean concerns(Need asked) {
        return need.compareTo(asked) >= 0;
    }
}
