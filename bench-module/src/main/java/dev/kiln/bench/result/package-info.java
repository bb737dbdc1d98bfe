/** Rows, and the page that is made of them. */
@NullMarked
package dev.kiln.bench.result;

import org.jspecify.annotations.NullMarked;
