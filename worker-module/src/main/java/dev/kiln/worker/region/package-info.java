/** Targets: copies of an image in regions and shares with accounts. */
@NullMarked
package dev.kiln.worker.region;

import org.jspecify.annotations.NullMarked;
