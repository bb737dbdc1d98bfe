/** A thin client of the API: a signing HTTP client, and the commands of {@code ./kiln} that use it. */
@NullMarked
package dev.kiln.cli;

import org.jspecify.annotations.NullMarked;
