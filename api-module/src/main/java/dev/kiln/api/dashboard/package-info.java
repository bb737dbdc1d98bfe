/** The web page: what people see of executions, templates and images, and do with them. */
@NullMarked
package dev.kiln.api.dashboard;

import org.jspecify.annotations.NullMarked;
