/** Accounts: who owns objects and with whom images are shared. */
@NullMarked
package dev.kiln.account;

import org.jspecify.annotations.NullMarked;
