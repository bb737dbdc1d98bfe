/** Starting a process. */
@NullMarked
package dev.kiln.start;

import org.jspecify.annotations.NullMarked;
