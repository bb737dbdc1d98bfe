package dev.kiln.region;

import java.time.Instant;

/**
 * Something that lies in a region: an object, or what an interrupted call left.
 *
 * @param key the key that it belongs to; empty for what a {@link RegionStore#check()} left
 * @param name tells it from others of the same key: of an object the hexadecimal digest
 * @param isObject false for a leftover, which nobody but {@link RegionStore#list} ever sees
 * @param modified when it was last written to
 */
public record StoredItem(String key, String name, boolean isObject, Instant modified) {

    @Override
    public String toString() {
        return name.isEmpty() ? key + "/" : key.isEmpty() ? name : key + "/" + name;
    }
}
