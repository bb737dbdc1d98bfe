/** Real servers without a container engine: PostgreSQL as a child process, Kafka in this JVM. */
@NullMarked
package dev.kiln.embedded;

import org.jspecify.annotations.NullMarked;
