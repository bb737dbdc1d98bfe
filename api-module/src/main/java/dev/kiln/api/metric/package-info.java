/** What operators see of the API: numbers, health, and what log lines carry. */
@NullMarked
package dev.kiln.api.metric;

import org.jspecify.annotations.NullMarked;
