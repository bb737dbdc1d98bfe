/** The relay: publishes the history of executions to Kafka. */
@NullMarked
package dev.kiln.api.relay;

import org.jspecify.annotations.NullMarked;
