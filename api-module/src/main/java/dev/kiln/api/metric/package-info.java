/** What operators see of the API: metrics, health, traces, and the context of log lines. */
@NullMarked
package dev.kiln.api.metric;

import org.jspecify.annotations.NullMarked;
