/** Refusals: the answers to requests that are not carried out. */
@NullMarked
package dev.kiln.api.error;

import org.jspecify.annotations.NullMarked;
