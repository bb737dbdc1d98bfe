/** A port beside the work of a process: metrics, and how it stands. */
@NullMarked
package dev.kiln.management;

import org.jspecify.annotations.NullMarked;
