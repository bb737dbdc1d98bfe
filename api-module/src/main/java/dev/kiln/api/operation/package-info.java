/**
 * Declarations of operations: parameters, answers and error codes, from which parsing, rendering and docs/api.md
 * follow.
 */
@NullMarked
package dev.kiln.api.operation;

import org.jspecify.annotations.NullMarked;
