package dev.kiln.faults;

import dev.kiln.faults.wire.Guard;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run is asked for.
 *
 * @param minutes how long faults are injected; 0 for none
 * @param boundaries whether a worker is killed at every write first
 * @param without the guard to take away
 * @param report the page to write
 * @param previous where the release before was built, when half of the processes are to be of it
 * @param data where everything is kept; a temporary directory when empty
 */
record FaultSettings(
        int minutes,
        long seed,
        int workers,
        boolean boundaries,
        Guard without,
        Optional<Path> report,
        Optional<Path> previous,
        Optional<Path> data) {}
