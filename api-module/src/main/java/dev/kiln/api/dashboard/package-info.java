/** The web page: shows executions, templates and images, and lets people act on them. */
@NullMarked
package dev.kiln.api.dashboard;

import org.jspecify.annotations.NullMarked;
