/** Webhooks: events of an account's executions, posted to its own addresses. */
@NullMarked
package dev.kiln.api.webhook;

import org.jspecify.annotations.NullMarked;
