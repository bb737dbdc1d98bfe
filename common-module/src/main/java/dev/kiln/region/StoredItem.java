package dev.kiln.region;

import java.time.Instant;

/**
 * Something in a region: an object, or the leftover of an interrupted call.
 *
 * @param key the key that it belongs to; empty for the leftover of a {@link RegionStore#check()}
 * @param name distinguishes it from others of the same key; for an object, the hexadecimal digest
 * @param isObject false for a leftover, which only {@link RegionStore#list} shows
 * @param modified time of the last write
 */
public record StoredItem(String key, String name, boolean isObject, Instant modified) {

    @Override
    public String toString() {
        return name.isEmpty() ? key + "/" : key.isEmpty() ? name : key + "/" + name;
    }
}
