/** Messages: what travels through Kafka. */
@NullMarked
package dev.kiln.message;

import org.jspecify.annotations.NullMarked;
