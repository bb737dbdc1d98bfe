/** The sealing of secrets in the database, for both processes. */
@NullMarked
package dev.kiln.secret;

import org.jspecify.annotations.NullMarked;
