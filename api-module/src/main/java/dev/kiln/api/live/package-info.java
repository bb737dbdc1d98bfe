/** Executions while they run: who follows one is told what it prints and when it changes. */
@NullMarked
package dev.kiln.api.live;

import org.jspecify.annotations.NullMarked;
