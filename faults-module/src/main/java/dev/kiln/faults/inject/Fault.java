package dev.kiln.faults.inject;

/**
 * One fault: how it begins, how long it lasts, and how it is mended.
 *
 * @param target what it breaks; no other fault breaks the same target meanwhile
 */
record Fault(FaultKind kind, String target, long lastsMillis, Step begin, Step mend) {

    /** An action on the system. */
    @FunctionalInterface
    interface Step {
        void take() throws Exception;

        /** Does nothing. */
        static void none() {}
    }
}
