package dev.kiln.faults.inject;

import java.util.function.Supplier;

/**
 * One fault: how it begins, how long it lasts, and how it is mended.
 *
 * @param target what it breaks; no other fault breaks the same target meanwhile
 * @param struck what it has broken, which may be a part of the target; asked after it has begun
 */
record Fault(FaultKind kind, String target, long lastsMillis, Step begin, Step mend, Supplier<String> struck) {

    /** A fault that breaks the target as a whole. */
    Fault(FaultKind kind, String target, long lastsMillis, Step begin, Step mend) {
        this(kind, target, lastsMillis, begin, mend, () -> target);
    }

    /** An action on the system. */
    @FunctionalInterface
    interface Step {
        void take() throws Exception;

        /** Does nothing. */
        static void none() {}
    }
}
