/** Networks and their addresses, as operators write them in settings. */
@NullMarked
package dev.kiln.network;

import org.jspecify.annotations.NullMarked;
