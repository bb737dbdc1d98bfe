package dev.kiln.worker.region;

import dev.kiln.execution.Failure;
import dev.kiln.worker.region.LeasedRows.Claim;
import java.io.IOException;

/** One kind of work that a worker does under a lease. */
interface LeasedJob {

    /** Where this work waits. */
    LeasedRows rows();

    /** The code of a failure that none of the tries overcame. */
    String failureCode();

    /**
     * Does the work and writes that it is done.
     *
     * @throws IOException when it may go better another time
     * @throws HopelessException when it may not
     */
    void run(Claim claim) throws IOException, HopelessException;

    /** Removes what was made of work that nobody wants any more; does nothing when somebody does. */
    void discard(Claim claim) throws IOException;

    /** Trying again is of no use. */
    final class HopelessException extends Exception {

        private static final long serialVersionUID = 1;

        private final transient Failure failure;

        HopelessException(String code, String info) {
            super(info);
            this.failure = new Failure(code, info);
        }

        Failure failure() {
            return failure;
        }
    }
}
