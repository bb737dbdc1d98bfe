/** The worker: consumes requests and drives executions through their stages. */
@NullMarked
package dev.kiln.worker;

import org.jspecify.annotations.NullMarked;
