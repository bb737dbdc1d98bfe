/** The API process. */
@NullMarked
package dev.kiln.api;

import org.jspecify.annotations.NullMarked;
