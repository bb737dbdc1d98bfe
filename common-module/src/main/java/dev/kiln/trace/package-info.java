/** Traces: what happens to an execution, sent to a collector. */
@NullMarked
package dev.kiln.trace;

import org.jspecify.annotations.NullMarked;
