/** Whether each guard of the product is needed: the faults that it is there for, with it and without it. */
@NullMarked
package dev.kiln.faults.proof;

import org.jspecify.annotations.NullMarked;
