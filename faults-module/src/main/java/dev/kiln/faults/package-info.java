/** Fault injection: a whole Kiln of real processes is broken in an order that a seed decides, and then judged. */
@NullMarked
package dev.kiln.faults;

import org.jspecify.annotations.NullMarked;
