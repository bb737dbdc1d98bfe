/** Guarantees: what must hold whatever happened, checked at the end of every scenario. */
@NullMarked
package dev.kiln.testing.guarantee;

import org.jspecify.annotations.NullMarked;
