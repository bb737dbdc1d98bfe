/** The API: the wire, the plain REST API, and their start. */
@NullMarked
package dev.kiln.api;

import org.jspecify.annotations.NullMarked;
