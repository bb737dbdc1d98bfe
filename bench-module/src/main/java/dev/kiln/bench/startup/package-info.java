/** How soon processes are ready, and what they hold in memory at rest. */
@NullMarked
package dev.kiln.bench.startup;

import org.jspecify.annotations.NullMarked;
