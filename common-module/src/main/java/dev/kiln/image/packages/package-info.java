/** Packages: what is installed in an image, according to its package databases. */
@NullMarked
package dev.kiln.image.packages;

import org.jspecify.annotations.NullMarked;
