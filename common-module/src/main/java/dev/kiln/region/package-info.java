/** Regions: where images are kept, and the port to a region that keeps them. */
@NullMarked
package dev.kiln.region;

import org.jspecify.annotations.NullMarked;
