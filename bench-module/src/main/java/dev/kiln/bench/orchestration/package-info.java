/** Executions from the signed request to their end. */
@NullMarked
package dev.kiln.bench.orchestration;

import org.jspecify.annotations.NullMarked;
