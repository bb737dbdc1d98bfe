package dev.kiln.template;

import dev.kiln.account.AccountId;
import dev.kiln.region.RegionId;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The component that a COMPONENT command names; only {@code dev.kiln.component} knows whether it exists. */
public sealed interface ComponentReference {

    /** A component, by its id. */
    record ById(ComponentId id) implements ComponentReference {

        @Override
        public String toString() {
            return id.value();
        }
    }

    /**
     * The newest component of this name whose version matches.
     *
     * @param region its region; empty for the template's
     * @param account its owner; empty for the template's
     */
    record ByName(Optional<RegionId> region, Optional<AccountId> account, String name, VersionPattern version)
            implements ComponentReference {

        @Override
        public String toString() {
            return name + "/" + version;
        }
    }

    /** The parts of a version; an empty part matches any. */
    record VersionPattern(OptionalInt major, OptionalInt minor, OptionalInt patch) {

        public static final VersionPattern ANY =
                new VersionPattern(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());

        /** Reads {@code major.minor.patch}, each a number or an asterisk; empty when it is anything else. */
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

    /** Reads the first argument of COMPONENT; empty when it has neither form. */
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

    /** The written forms of references. */
    final class Forms {

        private static final Pattern ID = Pattern.compile("ic-[a-z0-9]{1,64}");
        private static final String PART = "(0|[1-9][0-9]{0,5}|\\*)";
        private static final Pattern VERSION = Pattern.compile(PART + "\\." + PART + "\\." + PART);
        // The slash before the version comes from the vendor's example, the colon from its syntax line.
        private static final Pattern NAME =
                Pattern.compile("acs:ecs:([a-z0-9][a-z0-9-]{0,39}|\\*?):(0*[1-9][0-9]{0,15}|\\*?):imagecomponent/"
                        + "(\\p{L}[\\p{L}\\p{N}:_.-]{1,127})[/:]" + VERSION.pattern());

        private Forms() {}
    }
}
