/** Accounts, which own objects and with which images are shared. */
@NullMarked
package dev.kiln.account;

import org.jspecify.annotations.NullMarked;
