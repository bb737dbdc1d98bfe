/** Rows of results, and the page made from them. */
@NullMarked
package dev.kiln.bench.result;

import org.jspecify.annotations.NullMarked;
