package dev.kiln.api.dashboard;

import dev.kiln.api.signature.Signatures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The style sheet, the scripts and the icon, under addresses that change with their content. */
@RestController
public final class Assets {

    static final String PATH = "/ui/assets/";

    private static final List<String> NAMES =
            List.of("kiln.css", "kiln.js", "log.js", "ansi.js", "again.js", "icon.svg");

    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final String version;

    Assets() {
        var digests = new StringBuilder();
        for (var name : NAMES) {
            var bytes = read(name);
            files.put(name, bytes);
            digests.append(Signatures.sha256(bytes));
        }
        version = Signatures.sha256(digests.toString().getBytes(StandardCharsets.US_ASCII))
                .substring(0, 12);
    }

    private static byte[] read(String name) {
        try {
            return new ClassPathResource(name, Assets.class).getContentAsByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The address of a file. */
    public String path(String name) {
        return PATH + version + "/" + name;
    }

    @GetMapping(PATH + "{version}/{name}")
    ResponseEntity<byte[]> get(@PathVariable("version") String asked, @PathVariable("name") String name) {
        var bytes = files.get(name);
        if (bytes == null) {
            return ResponseEntity.notFound().build();
        }
        // An address of another version serves the current file, which browsers must revalidate.
        var kept = asked.equals(version)
                ? CacheControl.maxAge(Duration.ofDays(365)).cachePublic().immutable()
                : CacheControl.noCache();
        return ResponseEntity.ok().cacheControl(kept).contentType(type(name)).body(bytes);
    }

    private static MediaType type(String name) {
        return MediaType.parseMediaType(
                name.endsWith(".css")
                        ? "text/css;charset=utf-8"
                        : name.endsWith(".svg") ? "image/svg+xml" : "text/javascript;charset=utf-8");
    }
}
