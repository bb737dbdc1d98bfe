/**
 * What an operation declares: its parameters, its answer, its error codes. Parsing, rendering and docs/api.md follow.
 */
@NullMarked
package dev.kiln.api.operation;

import org.jspecify.annotations.NullMarked;
