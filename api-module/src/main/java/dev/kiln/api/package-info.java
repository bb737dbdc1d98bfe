/** The API: the wire, the plain REST API, and what starts them. */
@NullMarked
package dev.kiln.api;

import org.jspecify.annotations.NullMarked;
