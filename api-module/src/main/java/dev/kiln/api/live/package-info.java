/** Running executions: followers receive output and changes as they happen. */
@NullMarked
package dev.kiln.api.live;

import org.jspecify.annotations.NullMarked;
