/** Templates on the wire (ImagePipeline) and their contexts. */
@NullMarked
package dev.kiln.api.template;

import org.jspecify.annotations.NullMarked;
