/** Components: reusable parts of templates with a name, a version and parameters. */
@NullMarked
package dev.kiln.component;

import org.jspecify.annotations.NullMarked;
