/** Templates: what to build, where to copy, whom to share with. */
@NullMarked
package dev.kiln.template;

import org.jspecify.annotations.NullMarked;
