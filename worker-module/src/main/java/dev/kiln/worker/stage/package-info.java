/** The stages, each the work of one status of an execution. */
@NullMarked
package dev.kiln.worker.stage;

import org.jspecify.annotations.NullMarked;
