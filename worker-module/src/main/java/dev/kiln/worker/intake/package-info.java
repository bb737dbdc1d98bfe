/** How work reaches a worker: messages, and the sweep for orphans. */
@NullMarked
package dev.kiln.worker.intake;

import org.jspecify.annotations.NullMarked;
