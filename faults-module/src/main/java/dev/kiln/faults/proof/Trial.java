package dev.kiln.faults.proof;

import java.io.IOException;
import java.util.Optional;

/** Provokes what one guard is there to prevent. */
interface Trial {

    /**
     * One round: makes the faults, and looks at what they did. Whatever it started has ended afterwards if nothing was
     * found.
     *
     * @return what happened that the guard is there to prevent, in a sentence
     * @throws NotProvokedException the faults did not meet what they were made for, so the round says nothing
     */
    Optional<String> round(int number) throws IOException, InterruptedException, NotProvokedException;
}
