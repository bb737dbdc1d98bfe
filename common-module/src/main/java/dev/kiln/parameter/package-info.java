/** Parameters of templates, and the values that executions give them. */
@NullMarked
package dev.kiln.parameter;

import org.jspecify.annotations.NullMarked;
