package dev.kiln.management;

import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * Looks at one thing that a process depends on.
 *
 * @param name one word
 * @param need what is lost with it
 * @param fresh how long what was seen counts; probes and strangers may ask as often as they like
 * @param look returns what there is to say, and throws when the thing is not as it should be
 */
public record HealthCheck(String name, Need need, Duration fresh, Callable<String> look) {

    /** What a process cannot do without a thing; each includes those before it. */
    public enum Need {
        /** Nothing: it is told, and no more. */
        TOLD,
        /** It is not healthy, but work is best left to it, since it says what is wrong. */
        HEALTH,
        /** It can take no work now. */
        WORK,
        /** It is of no use any more and is best started anew. */
        LIFE
    }

    boolean concerns(Need asked) {
        return need.compareTo(asked) >= 0;
    }
}
