/** Webhooks: events of an account's executions, posted to where it wants them. */
@NullMarked
package dev.kiln.api.webhook;

import org.jspecify.annotations.NullMarked;
