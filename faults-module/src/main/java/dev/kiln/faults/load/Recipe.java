package dev.kiln.faults.load;

import dev.kiln.execution.ExecutionStatus;
import java.util.List;

/**
 * The content of a template of the run. It does not depend on time or chance, so every image of it must have the same
 * bytes as one that was built undisturbed.
 *
 * @param end how an execution of it ends when no region fails and it is not cancelled
 */
public record Recipe(String name, String build, String test, boolean shared, End end) {

    private static final End SUCCESS = new End(ExecutionStatus.SUCCESS, "", "");

    /**
     * The end of an execution.
     *
     * @param code of the failure; empty when there is none
     * @param words a part of the failure's sentence, which distinguishes this failure from others with the same code
     */
    public record End(ExecutionStatus status, String code, String words) {

        /** A command of the recipe ends with this exit code. */
        static End ofCommand(ExecutionStatus status, int exitCode) {
            return new End(status, "BuildCommand.Failed", "ended with exit code " + exitCode);
        }

        /** Whether an execution ended in this status, and for this reason. */
        public boolean is(String hasStatus, String hasCode, String hasInfo) {
            return status.name().equals(hasStatus) && code.equals(hasCode) && hasInfo.contains(words);
        }

        @Override
        public String toString() {
            return code.isEmpty() ? status.name() : status + " " + code + " (" + words + ")";
        }
    }

    /** The recipes of the run. Short pauses give faults time to strike during steps. */
    public static List<Recipe> all() {
        return List.of(
                plain("plain-1"),
                plain("plain-2"),
                plain("plain-3"),
                tested("tested-1", "RUN grep tested-1 /etc/golden", SUCCESS),
                tested("tested-2", "RUN sleep 0.2; test -s /etc/golden", SUCCESS),
                shared("shared-1"),
                shared("shared-2"),
                tested("test-failing", "RUN exit 4", End.ofCommand(ExecutionStatus.TEST_FAILED, 4)),
                failing("failing"));
    }

    static Recipe plain(String name) {
        return new Recipe(name, steps(name), "", false, SUCCESS);
    }

    private static Recipe tested(String name, String test, End end) {
        return new Recipe(name, steps(name), test, false, end);
    }

    private static Recipe shared(String name) {
        return new Recipe(name, steps(name), "", true, SUCCESS);
    }

    /** Includes every write of a successful execution: build, test, copies and shares. */
    public static Recipe whole(String name) {
        return new Recipe(name, "RUN echo %s > /etc/golden".formatted(name), "RUN true", true, SUCCESS);
    }

    /** Fails in its second step. */
    public static Recipe failing(String name) {
        return new Recipe(name, "RUN echo begun\nRUN exit 3", "", false, End.ofCommand(ExecutionStatus.FAILED, 3));
    }

    /** Runs long enough to be hit by faults, and writes often. */
    public static Recipe slow(String name) {
        return new Recipe(name, "RUN sleep 0.5\n".repeat(6), "", false, SUCCESS);
    }

    /** Builds until it is cancelled. */
    public static Recipe endless(String name) {
        return new Recipe(name, "RUN sleep 600", "", false, new End(ExecutionStatus.CANCELLED, "", ""));
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
