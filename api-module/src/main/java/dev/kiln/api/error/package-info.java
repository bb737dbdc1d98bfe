/** Refusals: what a caller is told when a request is not carried out. */
@NullMarked
package dev.kiln.api.error;

import org.jspecify.annotations.NullMarked;
