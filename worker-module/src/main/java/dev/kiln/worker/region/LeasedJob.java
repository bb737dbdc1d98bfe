package dev.kiln.worker.region;

import dev.kiln.execution.Failure;
import dev.kiln.worker.region.LeasedRows.Claim;
import java.io.IOException;

/** One kind of work that a worker does under a lease. */
interface LeasedJob {

    /** The rows of this work. */
    LeasedRows rows();

    /** The error code when every try has failed. */
    String failureCode();

    /**
     * Does the work and writes that it is done.
     *
     * @throws IOException when another try may succeed
     * @throws HopelessException when no other try can
     */
    void run(Claim claim) throws IOException, HopelessException;

    /** Removes what was made of work that is no longer wanted; does nothing if it still is. */
    void discard(Claim claim) throws IOException;

    /** No other try can succeed. */
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
