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
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The regions hold exactly the objects that the rows name, complete, and nothing else of Kiln's; and no build has left
 * a file, a mount, a process, a control group, or an intent that nobody works on.
 */
public final class NothingLeftBehind implements Guarantee {

    private final JdbcClient jdbc;
    private final Map<String, Path> regions;
    private final Collection<Path> scratch;

    /**
     * @param regions directory of each region, by its id
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
            var found = found(directory);
            difference(found, expected).forEach(file -> violations.add(region + " holds " + file + " without a row"));
            difference(expected, found).forEach(file -> violations.add(region + " lacks " + file));
        });
        for (var directory : scratch) {
            names(directory).forEach(name -> violations.add("scratch space " + name + " was left behind"));
            violations.addAll(Traces.of(directory));
        }
        violations.addAll(jdbc.sql("""
                        select 'an intent was left: ' || kind || ' ' || name || ' in ' || place from intent_state where not alive
                        """).query(String.class).list());
        return violations;
    }

    // An object is its key and its hexadecimal digest; a partial object has another name, an empty directory none.
    private Set<String> expected(String region) {
        return new HashSet<>(
                jdbc.sql("""
                        select 'images/' || id || '/' || substr(digest, 8) from image_copy
                         where region_id = :region and state = 'COPIED' and artifact is null
                        union all
                        select 'contexts/' || id || '/' || substr(context_digest, 8) || '/' || substr(context_digest, 8)
                          from template where region_id = :region and context_digest is not null
                        union all
                        select 'steps/' || key || '/' || substr(digest, 8) from cached_step
                         where region_id = :region and digest is not null
                        """).param("region", region).query(String.class).list());
    }

    private static Set<String> found(Path region) {
        try (var files = Files.walk(region)) {
            return files.filter(file -> Files.isRegularFile(file) || isEmptyBelowFirstLevel(region, file))
                    .map(file -> region.relativize(file).toString())
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isEmptyBelowFirstLevel(Path region, Path directory) {
        return region.relativize(directory).getNameCount() > 1
                && names(directory).isEmpty();
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
