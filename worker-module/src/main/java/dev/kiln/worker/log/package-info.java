/** Old logs: how they come into regions. */
@NullMarked
package dev.kiln.worker.log;

import org.jspecify.annotations.NullMarked;
