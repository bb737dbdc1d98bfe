/** The ECS wire: one endpoint, named operations, JSON and XML answers. */
@NullMarked
package dev.kiln.api.rpc;

import org.jspecify.annotations.NullMarked;
