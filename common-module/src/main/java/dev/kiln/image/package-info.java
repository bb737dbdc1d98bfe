/** Images: the copies in regions and the accounts that may read them. */
@NullMarked
package dev.kiln.image;

import org.jspecify.annotations.NullMarked;
