package dev.kiln.worker.disk;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The rows of an /etc/fstab that are about directories. */
record Fstab(List<Row> rows) {

    private static final int MOST = 64;
    private static final Pattern POINT = Pattern.compile("/|(/[A-Za-z0-9][A-Za-z0-9._-]{0,63}){1,6}");

    /** A device as it is written, and the directory where it belongs. */
    record Row(String device, String point) {}

    /** Reads what can be understood; whatever is malformed is left out, as a machine would. */
    static Fstab parse(String text) {
        var rows = new ArrayList<Row>();
        for (var line : text.split("\n", MOST * 8)) {
            var fields = line.strip().split("\\s+", 4);
            if (!line.strip().startsWith("#")
                    && fields.length >= 3
                    && POINT.matcher(fields[1]).matches()
                    && rows.size() < MOST) {
                rows.add(new Row(fields[0], fields[1]));
            }
        }
        return new Fstab(List.copyOf(rows));
    }
}
