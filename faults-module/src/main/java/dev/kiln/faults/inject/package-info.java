/** The faults, each of which begins, lasts and is mended. */
@NullMarked
package dev.kiln.faults.inject;

import org.jspecify.annotations.NullMarked;
