/** A whole Kiln with one command: embedded servers, the API in this JVM, workers as processes; and the demo. */
@NullMarked
package dev.kiln.standalone;

import org.jspecify.annotations.NullMarked;
