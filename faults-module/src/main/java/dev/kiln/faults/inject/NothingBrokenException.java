package dev.kiln.faults.inject;

/** There was nothing to break in time: no copy began, or no other worker took over. The fault does not count. */
final class NothingBrokenException extends Exception {
    private static final long serialVersionUID = 1;
}
