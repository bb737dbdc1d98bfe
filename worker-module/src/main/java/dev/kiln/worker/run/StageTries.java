package dev.kiln.worker.run;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.worker.Drain;
import dev.kiln.worker.engine.NoRoomException;
import dev.kiln.worker.stage.Stage;
import dev.kiln.worker.stage.StageFailedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries a stage again, after a growing pause, when this machine or a region was at fault and not the template. A worker
 * that is draining begins no stage but the cleaning up: the scratch space is on its own machine.
 */
final class StageTries {

    private static final Logger LOG = LoggerFactory.getLogger(StageTries.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

    private final int most;
    private final Drain drain;

    StageTries(int most, Drain drain) {
        this.most = most;
        this.drain = drain;
    }

    Advance run(Stage stage, Attempt attempt) throws StageFailedException, IOException, InterruptedException {
        for (var number = 1; ; number++) {
            if (!cleansUp(attempt.status())) {
                drain.boundary();
            }
            try {
                return stage.run(attempt);
            } catch (NoRoomException e) {
                throw e; // another worker has room sooner
            } catch (IOException e) {
                if (isInterrupt(e)) {
                    throw interrupted(e);
                }
                if (number >= most || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LOG.warn("{} of {} failed, try {} of {}", attempt.status(), attempt.execution(), number, most, e);
                Thread.sleep(FIRST_PAUSE.multipliedBy(1L << (number - 1)).toMillis());
            }
        }
    }

    /** Files and streams report an interrupt as an IOException and clear the interrupted flag. */
    private static boolean isInterrupt(IOException e) {
        return e instanceof ClosedByInterruptException
                || (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException));
    }

    private static InterruptedException interrupted(IOException e) {
        var interrupted = new InterruptedException(e.getMessage());
        interrupted.initCause(e);
        return interrupted;
    }

    private static boolean cleansUp(ExecutionStatus status) {
        return status == ExecutionStatus.RELEASING || status == ExecutionStatus.CANCELLING;
    }
}
