/** Parts of a request, measured alone. */
@NullMarked
package dev.kiln.bench.micro;

import org.jspecify.annotations.NullMarked;
