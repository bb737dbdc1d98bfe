/** What every process shares in using the database: sessions that hold locks, batching, and the schema's contract. */
@NullMarked
package dev.kiln.database;

import org.jspecify.annotations.NullMarked;
