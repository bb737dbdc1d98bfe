/**
 * Finds and removes what was left behind on this machine and in the regions, by the intents that were written before.
 */
@NullMarked
package dev.kiln.worker.reaper;

import org.jspecify.annotations.NullMarked;
