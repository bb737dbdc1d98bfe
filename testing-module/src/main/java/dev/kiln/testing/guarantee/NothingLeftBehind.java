package dev.kiln.testing.guarantee;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The stores hold exactly the images that the rows name, whole, and no scratch space of any build exists. */
public final class NothingLeftBehind implements Guarantee {

    private final JdbcClient jdbc;
    private final Map<String, Path> regions;
    private final Collection<Path> scratch;

    /**
     * @param regions directory of each region by its id
     * @param scratch directories that must be empty or missing
     */
    public NothingLeftBehind(JdbcClient jdbc, Map<String, Path> regions, Collection<Path> scratch) {
        this.jdbc = jdbc;
        this.regions = Map.copyOf(regions);
        this.scratch = List.copyOf(scratch);
    }

    @Override
    public List<String> violations() {
        var violations = new ArrayList<String>();
        regions.forEach((region, directory) -> {
            var expected = expected(region);
            var found = found(directory.resolve("images"));
            difference(found, expected).forEach(file -> violations.add(region + " holds " + file + " without a row"));
            difference(expected, found).forEach(file -> violations.add(region + " lacks " + file));
        });
        for (var directory : scratch) {
            names(directory).forEach(name -> violations.add("scratch space " + name + " was left behind"));
        }
        return violations;
    }

    // An object is images/<image id>/<hexadecimal digest>; a partial upload has another name and so shows here.
    private Set<String> expected(String region) {
        return new HashSet<>(
                jdbc.sql("""
                        select id || '/' || substr(digest, 8) from image_copy where region_id = :region and state = 'COPIED'
                        """).param("region", region).query(String.class).list());
    }

    private static Set<String> found(Path images) {
        var found = new HashSet<String>();
        for (var image : names(images)) {
            names(images.resolve(image)).forEach(file -> found.add(image + "/" + file));
        }
        return found;
    }

    private static List<String> names(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> difference(Set<String> some, Set<String> others) {
        return some.stream().filter(one -> !others.contains(one)).sorted().toList();
    }
}
