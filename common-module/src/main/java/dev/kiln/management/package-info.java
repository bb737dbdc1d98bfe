/** The management port of a process: metrics and health. */
@NullMarked
package dev.kiln.management;

import org.jspecify.annotations.NullMarked;
