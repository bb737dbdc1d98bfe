/** What was left behind on this machine and in the regions: written down before, found and removed after. */
@NullMarked
package dev.kiln.worker.reaper;

import org.jspecify.annotations.NullMarked;
