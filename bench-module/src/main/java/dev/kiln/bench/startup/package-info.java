/** How soon processes are ready, and how much memory they hold at rest. */
@NullMarked
package dev.kiln.bench.startup;

import org.jspecify.annotations.NullMarked;
