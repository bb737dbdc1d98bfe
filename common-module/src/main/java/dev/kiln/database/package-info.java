/** What every process has to agree on with the database itself: sessions that hold locks, the schema's contract. */
@NullMarked
package dev.kiln.database;

import org.jspecify.annotations.NullMarked;
