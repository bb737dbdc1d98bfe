package dev.kiln.region;

import dev.kiln.image.Digest;

/**
 * What a region holds under a key: the digest of the bytes that were verified when they were stored, and their number.
 */
public record StoredObject(Digest digest, long bytes) {}
