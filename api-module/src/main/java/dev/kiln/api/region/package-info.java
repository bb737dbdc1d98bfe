/** Regions on the wire. */
@NullMarked
package dev.kiln.api.region;

import org.jspecify.annotations.NullMarked;
