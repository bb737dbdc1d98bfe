/** What happens as the history and the number of workers grow. */
@NullMarked
package dev.kiln.bench.growth;

import org.jspecify.annotations.NullMarked;
