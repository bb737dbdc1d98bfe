/** Components: pieces of templates with a name, a version and parameters. */
@NullMarked
package dev.kiln.api.component;

import org.jspecify.annotations.NullMarked;
