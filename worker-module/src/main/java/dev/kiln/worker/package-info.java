/** The worker process. */
@NullMarked
package dev.kiln.worker;

import org.jspecify.annotations.NullMarked;
