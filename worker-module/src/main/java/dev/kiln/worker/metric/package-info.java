/** What operators see of a worker: metrics, traces, and the context of log lines. */
@NullMarked
package dev.kiln.worker.metric;

import org.jspecify.annotations.NullMarked;
