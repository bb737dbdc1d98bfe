package dev.kiln.region;

import dev.kiln.image.Digest;

/** An object in a region: the digest of its bytes, verified when they were stored, and their number. */
public record StoredObject(Digest digest, long bytes) {}
