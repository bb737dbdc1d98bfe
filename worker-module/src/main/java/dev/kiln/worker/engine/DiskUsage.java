package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The disk space of a build's files, plus 1 KiB for each file: even empty files use up inodes. The layers of ended
 * steps never change, so each is measured once.
 */
final class DiskUsage {

    static final String TMP = "tmp";
    private static final Pattern LINE = Pattern.compile("(?m)^([0-9]{1,15})\t(.+)$");

    private final Path scratch;
    private final Layers layers;
    private final Map<String, Long> kibibytes = new HashMap<>();
    private final Map<String, Long> entries = new HashMap<>();
    private boolean packedNext;

    DiskUsage(Path scratch, Layers layers) {
        this.scratch = scratch;
        this.layers = layers;
    }

    /** What the next command has to measure, relative to the scratch directory; forgets outdated measurements. */
    synchronized List<String> begin() throws IOException {
        for (var file : List.of("usage.often", "usage.last", "entries.often")) {
            Files.deleteIfExists(scratch.resolve(file));
        }
        var unknown = IntStream.range(1, layers.top())
                .mapToObj(Layers::directory)
                .filter(layer -> !kibibytes.containsKey(layer));
        var measured = Stream.concat(unknown, Stream.of(layers.upper(), TMP)).toList();
        entries.keySet().removeAll(measured);
        return measured;
    }

    /** Says whether the layer of the coming commands will be packed, and measured, after they end. */
    synchronized void packedNext(boolean packed) {
        packedNext = packed;
    }

    synchronized boolean isPackedNext() {
        return packedNext;
    }

    /** What the layers up to that one take; it is the last that was packed. */
    synchronized long packedBytes(int last) {
        read("usage.packed", kibibytes);
        read("entries.packed", entries);
        return 1024
                * IntStream.rangeClosed(1, last)
                        .mapToObj(Layers::directory)
                        .mapToLong(layer -> kibibytes.getOrDefault(layer, 0L) + entries.getOrDefault(layer, 0L))
                        .sum();
    }

    /** The last measurement. */
    synchronized long bytes() {
        if (!read("usage.last", kibibytes)) {
            read("usage.often", kibibytes);
        }
        // A command that ends before the first count has made few entries.
        read("entries.often", entries);
        return 1024
                * Stream.of(kibibytes, entries)
                        .flatMap(each -> each.values().stream())
                        .mapToLong(Long::longValue)
                        .sum();
    }

    private boolean read(String file, Map<String, Long> into) {
        try {
            var lines = LINE.matcher(Files.readString(scratch.resolve(file)));
            boolean any = false;
            while (lines.find()) {
                into.put(lines.group(2), Long.parseLong(lines.group(1)));
                any = true;
            }
            return any;
        } catch (IOException e) {
            return false; // not measured yet
        }
    }
}
