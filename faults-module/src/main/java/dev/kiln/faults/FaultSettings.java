package dev.kiln.faults;

import dev.kiln.faults.wire.Guard;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The settings of a run.
 *
 * @param minutes how long faults are injected; 0 for none
 * @param boundaries whether to kill a worker at every write first
 * @param without the guard to take away
 * @param report the file of the report
 * @param previous directory where the previous release was built, if half of the processes are to use it
 * @param data directory for everything; a temporary one if empty
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
