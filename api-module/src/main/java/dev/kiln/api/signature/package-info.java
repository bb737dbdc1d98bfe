/** Authentication: signatures, keys, nonces. */
@NullMarked
package dev.kiln.api.signature;

import org.jspecify.annotations.NullMarked;
