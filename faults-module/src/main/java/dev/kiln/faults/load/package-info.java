/** Clients that start and cancel executions and repeat what was not answered. */
@NullMarked
package dev.kiln.faults.load;

import org.jspecify.annotations.NullMarked;
