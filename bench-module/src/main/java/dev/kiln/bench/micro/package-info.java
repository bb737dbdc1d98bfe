/** Parts of a request, measured separately. */
@NullMarked
package dev.kiln.bench.micro;

import org.jspecify.annotations.NullMarked;
