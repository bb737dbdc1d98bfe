/** Runs one execution from claim to end: slots, the lock, the watch, the loop over stages. */
@NullMarked
package dev.kiln.worker.run;

import org.jspecify.annotations.NullMarked;
