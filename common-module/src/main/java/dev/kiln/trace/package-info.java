/** Traces: what happens to an execution, told to whoever collects such things. */
@NullMarked
package dev.kiln.trace;

import org.jspecify.annotations.NullMarked;
