/** What operators see of a worker: numbers, and what log lines carry. */
@NullMarked
package dev.kiln.worker.metric;

import org.jspecify.annotations.NullMarked;
