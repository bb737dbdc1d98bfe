package dev.kiln.template;

import dev.kiln.account.AccountId;
import dev.kiln.region.RegionId;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which component a COMPONENT command names; only {@code dev.kiln.component} can say whether there is one. */
public sealed interface ComponentReference {

    /** A component by its id. */
    record ById(ComponentId id) implements ComponentReference {

        @Override
        public String toString() {
            return id.value();
        }
    }

    /**
     * The newest component of this name whose version fits.
     *
     * @param region where it is; empty for the template's own
     * @param account whose it is; empty for the template's own
     */
    record ByName(Optional<RegionId> region, Optional<AccountId> account, String name, VersionPattern version)
            implements ComponentReference {

        @Override
        public String toString() {
            return name + "/" + version;
        }
    }

    /** Parts of a version; an empty one takes any. */
    record VersionPattern(OptionalInt major, OptionalInt minor, OptionalInt patch) {

        public static final VersionPattern ANY =
                new VersionPattern(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());

        /** Reads {@code major.minor.patch}, each a number or an asterisk, or nothing when it is anything else. */
        public static Optional<VersionPattern> parse(String text) {
            var parts = Forms.VERSION.matcher(text);
            return parts.matches()
                    ? Optional.of(new VersionPattern(part(parts.group(1)), part(parts.group(2)), part(parts.group(3))))
                    : Optional.empty();
        }

        @Override
        public String toString() {
            return Stream.of(major, minor, patch)
                    .map(part -> part.isPresent() ? Integer.toString(part.getAsInt()) : "*")
                    .collect(Collectors.joining("."));
        }
    }

    /** Reads the first argument of COMPONENT, or nothing when it has neither form. */
    static Optional<ComponentReference> parse(String text) {
        if (Forms.ID.matcher(text).matches()) {
            return Optional.of(new ById(new ComponentId(text)));
        }
        var name = Forms.NAME.matcher(text);
        if (!name.matches()) {
            return Optional.empty();
        }
        return Optional.of(new ByName(
                given(name.group(1)).map(RegionId::new),
                given(name.group(2)).map(number -> new AccountId(Long.parseLong(number))),
                name.group(3),
                new VersionPattern(part(name.group(4)), part(name.group(5)), part(name.group(6)))));
    }

    private static Optional<String> given(String part) {
        return part.isEmpty() || part.equals("*") ? Optional.empty() : Optional.of(part);
    }

    private static OptionalInt part(String part) {
        return part.equals("*") ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(part));
    }

    /** How references are written. */
    final class Forms {

        private static final Pattern ID = Pattern.compile("ic-[a-z0-9]{1,64}");
        private static final String PART = "(0|[1-9][0-9]{0,5}|\\*)";
        private static final Pattern VERSION = Pattern.compile(PART + "\\." + PART + "\\." + PART);
        // The slash before the version is what the vendor's example writes, the colon what its syntax line says.
        private static final Pattern NAME =
                Pattern.compile("acs:ecs:([a-z0-9][a-z0-9-]{0,39}|\\*?):(0*[1-9][0-9]{0,15}|\\*?):imagecomponent/"
                        + "(\\p{L}[\\p{L}\\p{N}:_.-]{1,127})[/:]" + VERSION.pattern());

        private Forms() {}
    }
}
