/** Leftovers: the record of what this process is about to store, and the search that an operator asks for. */
@NullMarked
package dev.kiln.api.doctor;

import org.jspecify.annotations.NullMarked;
