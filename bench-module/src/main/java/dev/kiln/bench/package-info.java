/** {@code ./kiln bench}: what Kiln costs, measured beside what people would use instead. */
@NullMarked
package dev.kiln.bench;

import org.jspecify.annotations.NullMarked;
