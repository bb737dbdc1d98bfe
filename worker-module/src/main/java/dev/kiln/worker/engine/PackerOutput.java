package dev.kiln.worker.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads Packer's -machine-readable output: lines of time, builder, type and data, separated by commas. Messages for
 * people go to the build's output, its steps as phases; artifacts are kept.
 */
final class PackerOutput {

    private static final Pattern LINE =
            Pattern.compile("([0-9]{1,12}),([^,]{0,200}),([a-z-]{1,40}),(.*)", Pattern.DOTALL);

    /** The form of clouds' region names. Other artifacts' ids may contain colons too, such as {@code sha256:}. */
    private static final Pattern IN_REGION = Pattern.compile("([a-z]{2,12}(?:-[a-z0-9]{1,12}){1,4}):(.+)");

    private static final int LONGEST = 256 << 10;
    private static final int MOST = 100;

    // Longer than any cloud's id, but limited, because it goes into events.
    private static final Pattern ID = Pattern.compile("[^\\p{Cntrl}]{1,500}");

    private final BuildOutput output;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final List<PackerArtifact> artifacts = new ArrayList<>();
    private final Tail errors = new Tail(2000);

    PackerOutput(BuildOutput output) {
        this.output = output;
    }

    void take(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                end();
            } else if (line.size() < LONGEST) {
                line.write(bytes[i]);
            }
        }
    }

    /** The output has ended. */
    void end() {
        if (line.size() > 0) {
            var text = line.toString(StandardCharsets.UTF_8);
            line.reset();
            tell(text);
        }
    }

    /** The artifacts, in Packer's order. */
    List<PackerArtifact> artifacts() {
        return List.copyOf(artifacts);
    }

    /** Packer's last error messages. */
    String lastErrors() {
        return errors.text();
    }

    private void tell(String text) {
        var parts = LINE.matcher(text);
        if (!parts.matches()) {
            print(text);
            return;
        }
        var data = parts.group(4).split(",", -1);
        if (parts.group(3).equals("ui") && data.length >= 2) {
            say(data[0], plain(data[1]));
        } else if (parts.group(3).equals("artifact") && data.length >= 3 && data[1].equals("id")) {
            made(parts.group(2), plain(data[2]));
        }
    }

    private void say(String kind, String text) {
        if (kind.equals("say") && text.startsWith("==> ")) {
            output.phase(text.substring(4).strip());
        } else if (!text.isBlank()) {
            print(text.stripTrailing());
        }
        if (kind.equals("error")) {
            // Before its begin is cut off: the rest of a secret is not known as one.
            var bytes = (output.secrets().masked(text) + "\n").getBytes(StandardCharsets.UTF_8);
            errors.add(bytes, bytes.length);
        }
    }

    private void print(String text) {
        var bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
        output.output(bytes, bytes.length);
    }

    /** One id can name an image in each of several regions. */
    private void made(String builder, String id) {
        for (var one : id.split(",", MOST)) {
            var inRegion = IN_REGION.matcher(one.strip());
            if (!ID.matcher(one.strip()).matches()) {
                print("kiln: an artifact of " + builder + " is left out: its id is empty, too long or no text");
            } else if (artifacts.size() < MOST) {
                artifacts.add(
                        inRegion.matches()
                                ? new PackerArtifact(builder, inRegion.group(1), inRegion.group(2))
                                : new PackerArtifact(builder, "", one.strip()));
            }
        }
    }

    private static String plain(String data) {
        return data.replace("%!(PACKER_COMMA)", ",")
                .replace("\\n", "\n")
                .replace("\\r", "\r")
                .strip();
    }
}
