/** Real servers for tests, seeds and ports, and the rules that all of Kiln's code is held to. */
@NullMarked
package dev.kiln.testing;

import org.jspecify.annotations.NullMarked;
