/** Old logs, moved from the database to regions long after their executions ended. */
@NullMarked
package dev.kiln.log;

import org.jspecify.annotations.NullMarked;
