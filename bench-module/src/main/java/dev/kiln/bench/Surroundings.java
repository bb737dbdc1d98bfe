package dev.kiln.bench;

import dev.kiln.bench.result.Results;
import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.Programs;
import java.nio.file.Path;

/**
 * The context of a scenario.
 *
 * @param directory scratch space, removed afterwards
 * @param database one server for all contenders
 */
public record Surroundings(
        Path directory, Programs programs, DatabaseServer database, Results results, Screen screen, Size size) {

    /**
     * How much to measure; the numbers of a quick run only show that the bench works.
     *
     * @param large whether to include measurements that take very long
     * @param rounds how often to measure each contender, in turns
     */
    public record Size(boolean quick, boolean large, int rounds) {

        /** Chooses between a number for quick runs and one for real runs. */
        public int of(int whenQuick, int otherwise) {
            return quick ? whenQuick : otherwise;
        }
    }
}
