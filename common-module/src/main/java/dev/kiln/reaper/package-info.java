/** Intents, recorded before every effect outside of the database, and the search for leftovers. */
@NullMarked
package dev.kiln.reaper;

import org.jspecify.annotations.NullMarked;
