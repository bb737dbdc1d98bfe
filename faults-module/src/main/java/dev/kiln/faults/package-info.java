/** Fault injection: breaks a whole Kiln of real processes in an order derived from a seed, then judges it. */
@NullMarked
package dev.kiln.faults;

import org.jspecify.annotations.NullMarked;
