/** Executions: one run of a template, its statuses, its attempts and its history. */
@NullMarked
package dev.kiln.execution;

import org.jspecify.annotations.NullMarked;
