/** The stages: the work done while an execution has one status. */
@NullMarked
package dev.kiln.worker.stage;

import org.jspecify.annotations.NullMarked;
