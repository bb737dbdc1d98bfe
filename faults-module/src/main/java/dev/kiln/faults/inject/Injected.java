package dev.kiln.faults.inject;

import java.time.Instant;
import java.util.List;

/**
 * A fault that was injected.
 *
 * @param affected the executions that were under way where it struck
 */
public record Injected(FaultKind kind, String target, Instant at, Instant mended, List<String> affected) {}
