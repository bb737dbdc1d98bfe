package dev.kiln.bench;

import dev.kiln.bench.result.Results;
import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.Programs;
import java.nio.file.Path;

/**
 * What a scenario works with.
 *
 * @param directory scratch space that is removed afterwards
 * @param database one server for everything that is compared
 */
public record Surroundings(
        Path directory, Programs programs, DatabaseServer database, Results results, Screen screen, Size size) {

    /**
     * How much is done: the numbers of a quick run say only that the bench works.
     *
     * @param large whether to go as far as takes very long, too
     * @param rounds how often each contender is measured, in turns
     */
    public record Size(boolean quick, boolean large, int rounds) {

        /** One number for quick runs and one for real ones. */
        public int of(int whenQuick, int otherwise) {
            return quick ? whenQuick : otherwise;
        }
    }
}
