/** The plain REST API beside the wire: signatures over streams, problem answers. */
@NullMarked
package dev.kiln.api.rest;

import org.jspecify.annotations.NullMarked;
