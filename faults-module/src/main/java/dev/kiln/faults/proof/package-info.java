/** Whether each guard of the product is needed: the faults that it protects against, with it and without it. */
@NullMarked
package dev.kiln.faults.proof;

import org.jspecify.annotations.NullMarked;
