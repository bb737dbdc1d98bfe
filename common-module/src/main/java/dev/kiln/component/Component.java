package dev.kiln.component;

import dev.kiln.account.AccountId;
import dev.kiln.region.RegionId;
import dev.kiln.template.ComponentId;
import dev.kiln.template.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A piece of templates (the wire's ImageComponent). It is never changed after it was made; what is new is a new
 * version.
 *
 * @param content as it was sent, in either form (docs/build-content.md)
 * @param kept parameters that mean nothing here, kept to be returned, by their wire names
 */
public record Component(
        ComponentId id,
        AccountId account,
        RegionId region,
        String name,
        String description,
        Type type,
        ComponentVersion version,
        String content,
        List<Tag> tags,
        Map<String, String> kept,
        Instant createdAt) {

    /** Which content of a template may name it (ComponentType on the wire). */
    public enum Type {
        /** BuildContent. */
        BUILD("Build"),
        /** TestContent. */
        TEST("Test");

        private final String wireName;

        Type(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    /** Whether it was made for another system than images have. */
    public boolean isForWindows() {
        return "Windows".equals(kept.get("SystemType"));
    }

    /** How people see it in a log. */
    public String label() {
        return name + "/" + version;
    }
}
