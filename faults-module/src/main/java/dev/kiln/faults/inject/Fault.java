package dev.kiln.faults.inject;

/**
 * One fault: how it begins, how long it lasts, how it is mended.
 *
 * @param target what is broken; it is not broken a second time meanwhile
 */
record Fault(FaultKind kind, String target, long lastsMillis, Step begin, Step mend) {

    /** Something that is done to the system. */
    @FunctionalInterface
    interface Step {
        void take() throws Exception;

        /** Nothing. */
        static void none() {}
    }
}
