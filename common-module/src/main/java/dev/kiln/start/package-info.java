/** How a process begins. */
@NullMarked
package dev.kiln.start;

import org.jspecify.annotations.NullMarked;
