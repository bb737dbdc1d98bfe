package dev.kiln.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flywaydb.core.api.MigrationVersion;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * The migrations that this process was built with, by the names of their files. Flyway can tell them, too, but reads
 * them all and asks the database, which takes part of a start.
 */
public final class OwnMigrations {

    /** Where they are, as Flyway says it. */
    public static final String LOCATION = "classpath:db/migration";

    private static final Pattern NAME = Pattern.compile("V([0-9]+)__.+\\.sql");

    private OwnMigrations() {}

    /** The newest one at the location. */
    public static MigrationVersion newest(String location) {
        var files = location.replaceFirst("^filesystem:", "file:") + "/V*.sql";
        try {
            return Stream.of(new PathMatchingResourcePatternResolver().getResources(files))
                    .map(file -> NAME.matcher(String.valueOf(file.getFilename())))
                    .filter(name -> name.matches())
                    .map(name -> MigrationVersion.fromVersion(name.group(1)))
                    .max(Comparator.naturalOrder())
                    .orElse(MigrationVersion.EMPTY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
