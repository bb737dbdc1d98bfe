package dev.kiln.worker.engine;

import dev.kiln.image.packages.PackageDatabases;
import dev.kiln.image.packages.PackageList;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Lists the packages installed in a build's image by reading its package databases, without running anything of the
 * image. If that fails, the build goes on, and its log says why.
 */
record InstalledPackages(ImageCommands inImage, BuildOutput output) {

    private static final Duration MOST_TIME = Duration.ofMinutes(1);
    private static final int MOST_DATABASE = 512 << 20;
    private static final int MOST_OUTPUT = 32 << 20;
    private static final int MOST_ERRORS = 64 << 10;
    // rpm goes on after what it cannot read and may still succeed; a database format that it lacks counts as empty.
    private static final Pattern TROUBLE = Pattern.compile("error: |using dummy database");
    private static final List<String> FOR_CHANGING_USER = List.of("SETUID", "SETGID", "SETPCAP");

    /** The packages of the image as it is now, when no archive of it is made. */
    Optional<PackageList> find() throws BuildFailedException, IOException, InterruptedException {
        var seen = new PackageDatabases();
        var errors = new Tail(MOST_ERRORS);
        var outputs = new WaitingSandbox.Outputs(seen::take, errors::add);
        try {
            int status = inImage.read(List.of(SandboxCommands.DATABASES), List.of(), outputs, MOST_TIME);
            return status == 0 ? in(seen) : unknown("reading the databases failed: " + why(status, errors));
        } catch (Stopped e) {
            return unknown("reading the databases was stopped: " + e.getMessage());
        }
    }

    /** The packages of the image as it is now, whose archive was read for its package databases. */
    Optional<PackageList> in(PackageDatabases seen) throws BuildFailedException, IOException, InterruptedException {
        if (!seen.hasRpm()) {
            return seen.packages();
        }
        if (!SandboxCheck.has("rpm")) {
            return unknown(
                    "there is a database of rpm in the image, and this worker lacks rpm; install the package rpm");
        }
        var listed = new ByteArrayOutputStream();
        var errors = new Tail(MOST_ERRORS);
        var outputs = new WaitingSandbox.Outputs((bytes, length) -> add(bytes, length, listed), errors::add);
        var script = List.of(SandboxCommands.RPM, "kiln", Integer.toString(MOST_DATABASE));
        try {
            int status = inImage.read(script, FOR_CHANGING_USER, outputs, MOST_TIME);
            if (status != 0 || TROUBLE.matcher(errors.text()).find() || listed.size() > MOST_OUTPUT) {
                return unknown("rpm does not read the image's database: " + why(status, errors));
            }
        } catch (Stopped e) {
            return unknown("rpm was stopped: " + e.getMessage());
        }
        seen.addRpm(listed.toString(StandardCharsets.UTF_8));
        return seen.packages();
    }

    private static void add(byte[] bytes, int length, ByteArrayOutputStream into) {
        if (into.size() <= MOST_OUTPUT) {
            into.write(bytes, 0, length);
        }
    }

    /** One line: further lines would be lines of the log without an origin. */
    private static String why(int status, Tail errors) {
        return errors.text().lines().findFirst().orElse("it ended with status " + status);
    }

    private Optional<PackageList> unknown(String why) {
        output.phase("what is installed in the image is not recorded: " + why);
        return Optional.empty();
    }
}
