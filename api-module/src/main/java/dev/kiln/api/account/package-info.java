/** Accounts, their keys and quotas, and the root account. */
@NullMarked
package dev.kiln.api.account;

import org.jspecify.annotations.NullMarked;
