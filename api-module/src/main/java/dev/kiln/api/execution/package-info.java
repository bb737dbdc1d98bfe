/** Executions on the wire: start, cancel, list, logs, targets. */
@NullMarked
package dev.kiln.api.execution;

import org.jspecify.annotations.NullMarked;
