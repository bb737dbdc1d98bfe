/** The faults: each one begins, lasts for a while and is mended. */
@NullMarked
package dev.kiln.faults.inject;

import org.jspecify.annotations.NullMarked;
