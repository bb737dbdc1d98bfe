package dev.kiln.component;

import dev.kiln.account.AccountId;
import dev.kiln.region.RegionId;
import dev.kiln.template.ComponentId;
import dev.kiln.template.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A reusable part of templates (the wire's ImageComponent). It never changes once it exists; a change is a new version.
 *
 * @param content as it was sent, in either form (docs/build-content.md)
 * @param kept parameters without effect here, kept only to be returned, by their wire names
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

    /** The kind of content that may use the component (ComponentType on the wire). */
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

    /** Whether it was made for Windows, which no image here runs. */
    public boolean isForWindows() {
        return "Windows".equals(kept.get("SystemType"));
    }

    /** Its name as shown in logs. */
    public String label() {
        return name + "/" + version;
    }
}
