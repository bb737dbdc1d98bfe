/** The checks after the faults, and the report of their results. */
@NullMarked
package dev.kiln.faults.verdict;

import org.jspecify.annotations.NullMarked;
