/** Keeps secrets out of everything that a build prints. */
@NullMarked
package dev.kiln.worker.secret;

import org.jspecify.annotations.NullMarked;
