/** The same commands run by Kiln and by its alternatives. */
@NullMarked
package dev.kiln.bench.build;

import org.jspecify.annotations.NullMarked;
