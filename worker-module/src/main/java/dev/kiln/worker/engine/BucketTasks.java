package dev.kiln.worker.engine;

import dev.kiln.bucket.Bucket;
import dev.kiln.bucket.ObjectName;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Copies objects from buckets into a build, and files of a build to buckets. */
final class BucketTasks {

    private static final String FAILED = "BuildCommand.Failed";

    private final BuildRequest request;
    private final Limits limits;

    BucketTasks(BuildRequest request, Limits limits) {
        this.request = request;
        this.limits = limits;
    }

    /** A bucket's object as a task names it; an empty region means any. */
    record Place(String bucket, String object, String region) {}

    /** The object's file name in the directory it is copied to. */
    static String name(Place place) {
        return place.object().substring(place.object().lastIndexOf('/') + 1);
    }

    /** Writes the object's bytes to the file. */
    void fetch(Place place, Path file, String step) throws IOException, BuildFailedException {
        var bucket = bucket(place, step);
        var object = object(place, step);
        var bytes = bucket.find(object);
        if (bytes.isEmpty()) {
            throw failed(step, "bucket " + place.bucket() + " has no object \"" + shown(place) + "\"");
        }
        if (bytes.get() > request.diskBytes()) {
            throw tooLarge(step, "object " + shown(place));
        }
        try (var in = bucket.open(object);
                var out = Files.newOutputStream(file)) {
            var buffer = new byte[1 << 18];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                limits.checkReserve();
                out.write(buffer, 0, count);
            }
        } catch (FileNotFoundException e) {
            throw failed(step, "object \"" + shown(place) + "\" was removed meanwhile");
        }
    }

    /**
     * The command line that prints a file of the image. It runs in the sandbox, where no link leads out of the image,
     * and prints at most one byte more than a build may have: a file with holes can claim any size.
     */
    static List<String> reading(String path, long most) {
        var script = "[ -f \"$1\" ] || { echo \"kiln: the image has no file $1\" >&2; exit 1; }\n"
                + "exec /run/kiln/busybox head -c \"$2\" -- \"$1\"";
        return List.of("sh", "-c", script, "kiln", path, Long.toString(most + 1));
    }

    /** Stores the file as the object, replacing an existing one. */
    void store(Place place, Path file, String step) throws IOException, BuildFailedException {
        if (Files.size(file) > request.diskBytes()) {
            throw tooLarge(step, "the file");
        }
        try (var bytes = Files.newInputStream(file)) {
            bucket(place, step).put(object(place, step), request.name(), bytes, done -> {});
        }
    }

    private Bucket bucket(Place place, String step) throws BuildFailedException {
        return request.buckets()
                .find(place.bucket())
                .filter(bucket ->
                        place.region().isEmpty() || bucket.region().value().equals(place.region()))
                .orElseThrow(() -> failed(
                        step,
                        "there is no bucket \"" + CommandRuns.shortened(place.bucket())
                                + "\" in this region that this account may use"));
    }

    private static ObjectName object(Place place, String step) throws BuildFailedException {
        return ObjectName.of(place.object())
                .orElseThrow(() -> failed(step, "\"" + shown(place) + "\" is not a valid object name"));
    }

    /** Names may be made of a step's output. */
    private static String shown(Place place) {
        return CommandRuns.shortened(place.object());
    }

    private BuildFailedException tooLarge(String step, String what) {
        return new BuildFailedException(
                Stopped.Reason.DISK.code(),
                step + ": " + what + " has more than the " + request.diskBytes() + " bytes of the build");
    }

    private static BuildFailedException failed(String step, String why) {
        return new BuildFailedException(FAILED, step + ": " + why);
    }
}
