package dev.kiln.faults.proof;

import java.io.IOException;
import java.util.Optional;

/** Provokes what one guard prevents. */
interface Trial {

    /**
     * Runs one round: injects the faults and looks at their effect. If nothing was found, everything that it started
     * has ended.
     *
     * @return what happened although the guard should prevent it, as a sentence; empty if nothing did
     * @throws NotProvokedException when the faults did not meet their conditions, so that the round proves nothing
     */
    Optional<String> round(int number) throws IOException, InterruptedException, NotProvokedException;
}
