/** The same commands run by Kiln and by what people would use instead. */
@NullMarked
package dev.kiln.bench.build;

import org.jspecify.annotations.NullMarked;
