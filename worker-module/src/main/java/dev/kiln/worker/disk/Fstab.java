package dev.kiln.worker.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The rows of an /etc/fstab that mount a directory. */
record Fstab(List<Row> rows) {

    private static final int MOST = 64;
    private static final Pattern POINT = Pattern.compile("/|(/[A-Za-z0-9][A-Za-z0-9._-]{0,63}){1,6}");

    /** The device as written, its mount point, and its options. */
    record Row(String device, String point, List<String> options) {

        /** The value of an option. */
        Optional<String> option(String name) {
            return options.stream()
                    .filter(option -> option.startsWith(name + "="))
                    .map(option -> option.substring(name.length() + 1))
                    .findFirst();
        }
    }

    /** Reads the rows that can be understood and leaves out malformed ones, as a machine does. */
    static Fstab parse(String text) {
        var rows = new ArrayList<Row>();
        for (var line : text.split("\n", MOST * 8)) {
            var fields = line.strip().split("\\s+", 5);
            if (!line.strip().startsWith("#")
                    && fields.length >= 3
                    && POINT.matcher(fields[1]).matches()
                    && rows.size() < MOST) {
                var options = fields.length > 3 ? Arrays.asList(fields[3].split(",", MOST)) : List.<String>of();
                rows.add(new Row(fields[0], fields[1], List.copyOf(options)));
            }
        }
        return new Fstab(List.copyOf(rows));
    }

    /** The rows in an order in which they can be mounted. */
    List<Row> byPoint() {
        return rows.stream().sorted(Comparator.comparing(Row::point)).toList();
    }

    /** The row of the root file system. */
    Optional<Row> root() {
        return rows.stream()
                .filter(row -> row.point().equals(FileSystemMount.ROOT))
                .findFirst();
    }
}
