package dev.kiln.faults.inject;

import java.time.Instant;
import java.util.List;

/**
 * An injected fault.
 *
 * @param target the process, server, region or image that it struck
 * @param affected the executions that were running where it struck
 */
public record Injected(FaultKind kind, String target, Instant at, Instant mended, List<String> affected) {}
