package dev.kiln.api.dashboard;

import dev.kiln.execution.ExecutionStatus;
import java.util.Locale;

/** The look of a status; colour is never its only sign. */
public enum Status {
    WAITING("Waiting", "wait", "waiting"),
    RUNNING("Running", "run", "running"),
    DONE("Success", "done", "good"),
    PARTIAL("Partly done", "warn", "partial"),
    FAILED("Failed", "fail", "bad"),
    CANCELLED("Cancelled", "stop", "off");

    private final String word;
    private final String icon;
    private final String tone;

    Status(String word, String icon, String tone) {
        this.word = word;
        this.icon = icon;
        this.tone = tone;
    }

    /** The look of an execution's status. */
    public static Status of(ExecutionStatus status) {
        return switch (status) {
            case SUCCESS -> DONE;
            case PARTITION_SUCCESS -> PARTIAL;
            case FAILED, TEST_FAILED -> FAILED;
            case CANCELLED -> CANCELLED;
            case PREPARING, BUILDING, TESTING, DISTRIBUTING, RELEASING, CANCELLING -> RUNNING;
        };
    }

    /** The look of a copy's or share's state. */
    public static Status ofTarget(String state) {
        return switch (state) {
            case "COPIED", "SHARED" -> DONE;
            case "FAILED" -> FAILED;
            case "COPYING" -> RUNNING;
            default -> WAITING;
        };
    }

    /** The look of a webhook message's state. */
    public static Status ofDelivery(String state) {
        return switch (state) {
            case "DELIVERED" -> DONE;
            case "FAILED" -> FAILED;
            default -> WAITING;
        };
    }

    /** What the execution does at the moment, or how it ended, in a word. */
    public static String word(ExecutionStatus status) {
        return switch (status) {
            case SUCCESS -> "Success";
            case PARTITION_SUCCESS -> "Partly done";
            case TEST_FAILED -> "Test failed";
            default -> sentence(status.name());
        };
    }

    /** A word in capitals, in the form that pages show. */
    public static String sentence(String name) {
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    public String word() {
        return word;
    }

    /** Name of the symbol in the page. */
    public String icon() {
        return icon;
    }

    /** Name of its colours in the style sheet. */
    public String tone() {
        return tone;
    }
}
