/** Images on the wire: listing, sharing, deleting, upload and download. */
@NullMarked
package dev.kiln.api.image;

import org.jspecify.annotations.NullMarked;
