/** What keys may do: policies, and the names of what they are about. */
@NullMarked
package dev.kiln.api.permission;

import org.jspecify.annotations.NullMarked;
