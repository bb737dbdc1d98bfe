/** Clients that start and cancel executions, and repeat requests that were not answered. */
@NullMarked
package dev.kiln.faults.load;

import org.jspecify.annotations.NullMarked;
