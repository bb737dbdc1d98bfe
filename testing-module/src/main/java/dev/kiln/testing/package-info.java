/** Real servers, seeds and ports for tests, and the rules that all of Kiln's code must follow. */
@NullMarked
package dev.kiln.testing;

import org.jspecify.annotations.NullMarked;
