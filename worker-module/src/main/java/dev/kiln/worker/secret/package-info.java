/** Keeps secrets out of whatever a build prints. */
@NullMarked
package dev.kiln.worker.secret;

import org.jspecify.annotations.NullMarked;
