/** Guarantees: what must be true whatever happened, asked at the end of every scenario. */
@NullMarked
package dev.kiln.testing.guarantee;

import org.jspecify.annotations.NullMarked;
