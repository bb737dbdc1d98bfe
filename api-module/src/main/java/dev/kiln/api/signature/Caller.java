package dev.kiln.api.signature;

import dev.kiln.account.AccountId;

/** The account that a verified signature speaks for. */
public record Caller(AccountId account, String accessKeyId, boolean root) {}
