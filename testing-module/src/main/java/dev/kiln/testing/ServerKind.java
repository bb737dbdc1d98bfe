package dev.kiln.testing;

import java.util.Locale;
import org.testcontainers.DockerClientFactory;

/** Where the servers of the tests run. */
enum ServerKind {
    EMBEDDED,
    CONTAINERS;

    static final String SWITCH = "KILN_TEST_SERVERS";

    /** The kind that the switch selects; fails when it asks for containers and no engine answers. */
    static ServerKind chosen() {
        var kind = of(System.getProperty(SWITCH, System.getenv().getOrDefault(SWITCH, "embedded")));
        if (kind == CONTAINERS && !DockerClientFactory.instance().isDockerAvailable()) {
            throw new IllegalStateException(SWITCH + " asks for containers, but no container engine answers");
        }
        return kind;
    }

    static ServerKind of(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "embedded" -> EMBEDDED;
            case "containers" -> CONTAINERS;
            default ->
                throw new IllegalStateException(SWITCH + " is \"" + name + "\"; it must be embedded or containers");
        };
    }
}
