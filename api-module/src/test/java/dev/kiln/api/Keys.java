package dev.kiln.api;

/** An account with its key, for tests. */
public record Keys(String account, String id, String secret) {}
