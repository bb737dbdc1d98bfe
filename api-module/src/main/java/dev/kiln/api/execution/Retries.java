package dev.kiln.api.execution;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.relay.EventRelay;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.Executions;
import dev.kiln.region.RegionId;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Retries the failed targets of executions. */
@Component
public final class Retries {

    private final Executions executions;
    private final EventRelay relay;

    Retries(Executions executions, EventRelay relay) {
        this.executions = executions;
        this.relay = relay;
    }

    /**
     * Reopens an execution of the account for its failed targets only, or refuses with the reason.
     *
     * @param region retries only what failed in this region
     */
    public void retry(ExecutionId id, AccountId account, Optional<RegionId> region) {
        switch (executions.retry(id, account, region)) {
            case ACCEPTED -> relay.ring();
            case NOT_FOUND -> throw Refusals.executionNotFound();
            case NOTHING_FAILED ->
                throw RestCodes.NOTHING_FAILED.because(region.map(one ->
                                        "The execution has no failed target in region " + Refusals.quoted(one.value()))
                                .orElse("The execution has no failed target")
                        + ": there is nothing to try again.");
            case IMAGE_GONE ->
                throw RestCodes.IMAGE_GONE.because(
                        "The execution's image was deleted: there is nothing to copy or to share. Start it anew.");
            case OTHER_RUNNING ->
                throw RestCodes.RUNNING.because("Another execution of the template runs. Wait until it has ended.");
            case NOT_FINISHED ->
                throw RestCodes.NOT_FINISHED.because("The execution has not ended yet. Wait until it has.");
        }
    }
}
