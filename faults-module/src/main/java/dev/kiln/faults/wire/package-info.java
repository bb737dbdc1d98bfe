/** The network between a process and the database: cut, held, rewritten, and observed statement by statement. */
@NullMarked
package dev.kiln.faults.wire;

import org.jspecify.annotations.NullMarked;
