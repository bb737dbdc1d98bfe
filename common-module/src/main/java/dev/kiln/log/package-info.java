/** Logs of executions that ended long ago, which lie in regions. */
@NullMarked
package dev.kiln.log;

import org.jspecify.annotations.NullMarked;
