/** Moves old logs into regions. */
@NullMarked
package dev.kiln.worker.log;

import org.jspecify.annotations.NullMarked;
