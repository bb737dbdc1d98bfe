package dev.kiln.database;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.flywaydb.core.api.MigrationVersion;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * The migrations that this process was built with. Flyway could list them too, but that slows the start noticeably.
 *
 * @param checksums by version, computed as Flyway does
 */
public record OwnMigrations(SortedMap<MigrationVersion, Integer> checksums) {

    /** The location of the migrations, in Flyway's notation. */
    public static final String LOCATION = "classpath:db/migration";

    private static final Pattern NAME = Pattern.compile("V([0-9]+)__.+\\.sql");

    /** The migrations at the location. */
    public static OwnMigrations at(String location) {
        var files = location.replaceFirst("^filesystem:", "file:") + "/V*.sql";
        var checksums = new TreeMap<MigrationVersion, Integer>();
        try {
            for (var file : new PathMatchingResourcePatternResolver().getResources(files)) {
                var name = NAME.matcher(String.valueOf(file.getFilename()));
                if (name.matches()) {
                    checksums.put(MigrationVersion.fromVersion(name.group(1)), checksum(file));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new OwnMigrations(checksums);
    }

    /** The newest one, or {@link MigrationVersion#EMPTY}. */
    public MigrationVersion newest() {
        return checksums.isEmpty() ? MigrationVersion.EMPTY : checksums.lastKey();
    }

    /** Computed from the lines without their ends, so that it does not depend on the system that wrote the file. */
    private static int checksum(Resource file) throws IOException {
        var sum = new CRC32();
        try (var lines = new BufferedReader(new InputStreamReader(file.getInputStream(), UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                sum.update(line.getBytes(UTF_8));
            }
        }
        return (int) sum.getValue();
    }
}
