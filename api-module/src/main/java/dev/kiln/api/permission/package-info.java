/** Permissions: policies, and the names of resources in them. */
@NullMarked
package dev.kiln.api.permission;

import org.jspecify.annotations.NullMarked;
