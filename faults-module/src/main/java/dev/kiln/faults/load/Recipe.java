package dev.kiln.faults.load;

import dev.kiln.execution.ExecutionStatus;
import java.util.List;

/**
 * The content of a template of the run. It does not depend on time or chance, so every image of it must have the same
 * bytes as one that was built undisturbed.
 *
 * @param end how an execution of it ends when no region fails and it is not cancelled
 */
public record Recipe(String name, String build, String test, boolean shared, ExecutionStatus end) {

    /** The recipes of the run. Short pauses give faults time to strike during steps. */
    public static List<Recipe> all() {
        return List.of(
                plain("plain-1"),
                plain("plain-2"),
                plain("plain-3"),
                tested("tested-1", "RUN grep tested-1 /etc/golden", ExecutionStatus.SUCCESS),
                tested("tested-2", "RUN sleep 0.2; test -s /etc/golden", ExecutionStatus.SUCCESS),
                shared("shared-1"),
                shared("shared-2"),
                tested("test-failing", "RUN exit 4", ExecutionStatus.TEST_FAILED),
                failing("failing"));
    }

    static Recipe plain(String name) {
        return new Recipe(name, steps(name), "", false, ExecutionStatus.SUCCESS);
    }

    private static Recipe tested(String name, String test, ExecutionStatus end) {
        return new Recipe(name, steps(name), test, false, end);
    }

    private static Recipe shared(String name) {
        return new Recipe(name, steps(name), "", true, ExecutionStatus.SUCCESS);
    }

    /** Includes every write of a successful execution: build, test, copies and shares. */
    public static Recipe whole(String name) {
        return new Recipe(name, "RUN echo %s > /etc/golden".formatted(name), "RUN true", true, ExecutionStatus.SUCCESS);
    }

    /** Fails in its second step. */
    public static Recipe failing(String name) {
        return new Recipe(name, "RUN echo begun\nRUN exit 3", "", false, ExecutionStatus.FAILED);
    }

    /** Runs long enough to be hit by faults, and writes often. */
    public static Recipe slow(String name) {
        return new Recipe(name, "RUN sleep 0.5\n".repeat(6), "", false, ExecutionStatus.SUCCESS);
    }

    /** Builds until it is cancelled. */
    public static Recipe endless(String name) {
        return new Recipe(name, "RUN sleep 600", "", false, ExecutionStatus.CANCELLED);
    }

    private static String steps(String name) {
        return """
                ENV RECIPE="%s"
                RUN echo $RECIPE > /etc/golden
                RUN sleep 0.3; seq 1 2000 > /etc/numbers
                RUN sleep 0.2; cat /etc/golden /etc/numbers > /etc/both
                """.formatted(name);
    }
}
