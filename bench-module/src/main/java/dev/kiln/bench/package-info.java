/** {@code ./kiln bench}: what Kiln costs, measured beside its alternatives. */
@NullMarked
package dev.kiln.bench;

import org.jspecify.annotations.NullMarked;
