package dev.kiln.standalone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.beans.factory.config.YamlProcessor;
import org.springframework.core.io.FileSystemResource;

/** An object of YAML that tests ask for what is in it; what is not there is empty. */
record Manifest(Map<?, ?> content) {

    /** All documents of a file. */
    static List<Manifest> read(Path file) {
        var documents = new ArrayList<Manifest>();
        new Documents().read(file, documents);
        return documents;
    }

    private static final class Documents extends YamlProcessor {

        void read(Path file, List<Manifest> documents) {
            setResources(new FileSystemResource(file));
            process((properties, content) -> documents.add(new Manifest(content)));
        }
    }

    private static Manifest of(Object value) {
        return new Manifest(value instanceof Map<?, ?> map ? map : Map.of());
    }

    String text(String key) {
        return Objects.toString(content.get(key), "");
    }

    Manifest object(String key) {
        return of(content.get(key));
    }

    List<Manifest> objects(String key) {
        return list(key).stream().map(Manifest::of).toList();
    }

    List<String> texts(String key) {
        return list(key).stream().map(String::valueOf).toList();
    }

    private List<?> list(String key) {
        return content.get(key) instanceof List<?> list ? list : List.of();
    }

    Set<String> keys() {
        var keys = new TreeSet<String>();
        content.keySet().forEach(key -> keys.add(String.valueOf(key)));
        return keys;
    }

    /** The names of all settings in it, with dots between the levels. */
    Set<String> leaves() {
        var names = new TreeSet<String>();
        for (var key : keys()) {
            var below = object(key).leaves();
            if (below.isEmpty()) {
                names.add(key);
            } else {
                below.forEach(name -> names.add(key + "." + name));
            }
        }
        return names;
    }
}
