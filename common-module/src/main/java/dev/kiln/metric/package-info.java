/** Counters, gauges and timers, under names that docs/metrics.md explains. */
@NullMarked
package dev.kiln.metric;

import org.jspecify.annotations.NullMarked;
