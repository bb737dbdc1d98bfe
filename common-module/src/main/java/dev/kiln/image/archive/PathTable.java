package dev.kiln.image.archive;

import dev.kiln.image.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Maps paths to numbers in a dozen bytes each, so that millions of entries fit into a small heap. A path is identified
 * by 64 bits of a salted SHA-256: nobody can make two paths collide.
 */
final class PathTable {

    private final byte[] salt = new byte[16];
    private long[] keys = new long[1024];
    private int[] values = new int[1024];
    private int size;

    PathTable() {
        new SecureRandom().nextBytes(salt);
    }

    /** The path's number, or 0. */
    int get(String path) {
        return values[slot(key(path))];
    }

    void put(String path, int value) {
        if (size * 2 > keys.length) {
            grow();
        }
        long key = key(path);
        int slot = slot(key);
        if (keys[slot] == 0) {
            keys[slot] = key;
            size++;
        }
        values[slot] = value;
    }

    private void grow() {
        var oldKeys = keys;
        var oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new int[oldKeys.length * 2];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }

    private int slot(long key) {
        int slot = (int) key & (keys.length - 1);
        while (keys[slot] != 0 && keys[slot] != key) {
            slot = (slot + 1) & (keys.length - 1);
        }
        return slot;
    }

    private long key(String path) {
        var sha = Digest.computation();
        sha.update(salt);
        long key = ByteBuffer.wrap(Arrays.copyOf(sha.digest(path.getBytes(StandardCharsets.ISO_8859_1)), 8))
                .getLong();
        return key == 0 ? 1 : key;
    }
}
