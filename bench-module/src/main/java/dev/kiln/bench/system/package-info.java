/** The real processes that are measured, and the database they share. */
@NullMarked
package dev.kiln.bench.system;

import org.jspecify.annotations.NullMarked;
