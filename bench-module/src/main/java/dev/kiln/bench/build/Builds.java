package dev.kiln.bench.build;

import dev.kiln.bench.Scenario;
import dev.kiln.bench.Surroundings;
import dev.kiln.bench.orchestration.SourceImage;
import dev.kiln.bench.result.Measure;
import dev.kiln.bench.result.Results;
import dev.kiln.bench.system.KilnSystem;
import dev.kiln.standalone.BusyboxImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Ten RUN steps on a busybox base image, by Kiln and by its alternatives. */
public final class Builds implements Scenario {

    private static final int STEPS = 10;
    private static final int WARM_UP = 8;

    // In each round. Kiln's own time is a small difference of two long times, and a build takes only seconds.
    private static final int TURNS = 9;

    private static final Measure OWN_TIME = Measure.of("a step, Kiln's own time (more than in the chroot)", "ms")
            .wanted("under 30");

    private static final Measure AGAIN = Measure.of("the same template again with the step cache, Kiln", "ms")
            .wanted("under 1000");

    private double lastStep;

    @Override
    public String name() {
        return "builds";
    }

    @Override
    public void measure(Surroundings surroundings) throws Exception {
        var database = surroundings.database().create("builds");
        var directory = surroundings.directory().resolve(database.name());
        try (var system = new KilnSystem(directory, surroundings.programs(), database, 1).start(1)) {
            var archive = directory.resolve("busybox.tar");
            BusyboxImage.write(archive);
            var kiln = new KilnBuilder(system, SourceImage.register(system, archive));
            var builders = new ArrayList<Builder>(List.of(kiln));
            addOthers(surroundings, directory, archive, builders);
            warm(surroundings, kiln);
            var turns = surroundings.size().rounds() * surroundings.size().of(1, TURNS);
            for (var turn = 1; turn <= turns; turn++) {
                for (var builder : builders) {
                    surroundings.screen().say("turn " + turn + ": " + builder.name());
                    tell(surroundings.results(), builder, builder.build(commands(surroundings)));
                }
                surroundings.results().add(AGAIN, kiln.again(commands(surroundings)));
            }
        } finally {
            surroundings.database().drop(database);
        }
    }

    /** Unpacks the base image and warms up the JIT compiler, since workers run for weeks in practice. */
    private static void warm(Surroundings surroundings, KilnBuilder kiln) throws Exception {
        for (var build = 0; build < surroundings.size().of(1, WARM_UP); build++) {
            var unusedTimes = kiln.build(Collections.nCopies(STEPS, "true"));
        }
    }

    /** Commands that use the processor and write little. */
    private static List<String> commands(Surroundings surroundings) {
        var turns = surroundings.size().of(20_000, 400_000);
        return IntStream.rangeClosed(1, STEPS)
                .mapToObj(number -> "i=0; while [ $i -lt %d ]; do i=$((i+1)); done; echo $i > /etc/step-%d"
                        .formatted(turns, number))
                .toList();
    }

    private static void addOthers(Surroundings surroundings, Path directory, Path base, List<Builder> builders)
            throws IOException {
        builders.add(new PlainChroot(surroundings.programs(), directory, base));
        if (surroundings.programs().find("buildah").isPresent()) {
            builders.add(new Buildah(surroundings.programs(), directory, base));
        } else {
            surroundings.results().missing(whole("buildah"), "buildah is not installed");
        }
    }

    private void tell(Results results, Builder builder, Builder.Times times) {
        results.add(whole(builder.name()), times.wholeMillis());
        results.add(step(builder.name()), times.stepMillis());
        if (builder instanceof KilnBuilder) {
            lastStep = times.stepMillis();
        } else if (builder instanceof PlainChroot) {
            results.add(OWN_TIME, lastStep - times.stepMillis());
        }
    }

    private static Measure whole(String builder) {
        return against(builder, STEPS + " RUN steps, ", "at most 1.15");
    }

    private static Measure step(String builder) {
        return against(builder, "a step, ", "");
    }

    private static Measure against(String builder, String what, String goal) {
        var measure = Measure.of(what + builder, "ms");
        var chroot = what + "plain chroot";
        return switch (builder) {
            case "plain chroot" -> measure;
            case "Kiln" -> measure.against(Measure.of(chroot, "")).wanted(goal);
            default -> measure.against(Measure.of(chroot, ""));
        };
    }
}
