/** Alternatives to Kiln, doing the same work on the same PostgreSQL. */
@NullMarked
package dev.kiln.bench.peer;

import org.jspecify.annotations.NullMarked;
