/** Packages: what the package databases of an image say is installed in it. */
@NullMarked
package dev.kiln.image.packages;

import org.jspecify.annotations.NullMarked;
