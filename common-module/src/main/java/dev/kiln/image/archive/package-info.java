/** Archives: image files from strangers, checked entry by entry before anything is made of them. */
@NullMarked
package dev.kiln.image.archive;

import org.jspecify.annotations.NullMarked;
