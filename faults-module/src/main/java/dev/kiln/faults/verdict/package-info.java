/** What is asked when the faults are over, and how it is told. */
@NullMarked
package dev.kiln.faults.verdict;

import org.jspecify.annotations.NullMarked;
