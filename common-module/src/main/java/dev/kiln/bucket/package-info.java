/** Buckets: where images are imported from and exported to. */
@NullMarked
package dev.kiln.bucket;

import org.jspecify.annotations.NullMarked;
