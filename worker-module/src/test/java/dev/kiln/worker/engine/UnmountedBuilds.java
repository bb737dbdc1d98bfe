package dev.kiln.worker.engine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Runs in a Java process of an ordinary user: builds on a disk and prints what it saw. Then what shows the disk's file
 * systems is hurt while one is opened; at last the process waits to be killed.
 */
public final class UnmountedBuilds {

    private UnmountedBuilds() {}

    public static void main(String[] arguments) throws Exception {
        var work = Path.of(arguments[0]);
        var base = SystemDisk.image(Path.of(arguments[1]));
        var content = Files.readString(Path.of(arguments[2]));

        var engine = engine(work.resolve("equal"));
        System.out.println("able: " + engine.abilities().able());
        var output = new RecordedOutput();
        var built = engine.build(request(base, content), new RememberedSteps(), output);
        System.out.write(output.text().getBytes(StandardCharsets.UTF_8));
        System.out.println("digest: " + built.digest() + " " + built.metadata().architecture());

        var foreign = SystemDisk.image(Path.of(arguments[3]));
        System.out.println("foreign: " + new Building(engine, request(foreign, "RUN true")).told.get());
        System.out.println("hung: " + hurt(work.resolve("hung"), base, "STOP"));
        System.out.println("died: " + hurt(work.resolve("died"), base, "KILL"));
        System.out.println("cancelled: " + cancelled(work.resolve("cancelled"), request(base, content)));

        var failure = stopped(work.resolve("killed"), request(base, content));
        System.out.println("waiting");
        System.out.flush();
        failure.told.join();
    }

    private static SandboxBuildEngine engine(Path directory) {
        return new SandboxBuildEngine(TestSettings.of(directory).build());
    }

    private static BuildRequest request(BuildRequest.BaseImage base, String content) {
        return new BuildRequest(
                "exec-disk", base, BuildEngineContract.commands(content), Optional.empty(), false, DiskBuildTest.SIZE);
    }

    // They live for some milliseconds: a build that was over before one of them was met is made once more, elsewhere.

    private static String hurt(Path directory, BuildRequest.BaseImage base, String signal) throws Exception {
        for (var number = 1; ; number++) {
            var settings = TestSettings.of(directory.resolve("" + number)).commandTime(Duration.ofSeconds(2));
            var building = new Building(new SandboxBuildEngine(settings.build()), request(base, "RUN true"));
            FuseServers.signalUntil(signal, building.told::isDone);
            if (!building.told.get().startsWith(BuildEngine.BuiltImage.class.getSimpleName())) {
                return building.told.get() + " " + FuseServers.count();
            }
        }
    }

    /** A build that cannot go on, since one of them hangs. */
    private static Building stopped(Path directory, BuildRequest request) {
        for (var number = 1; ; number++) {
            var building = new Building(engine(directory.resolve("" + number)), request);
            if (FuseServers.stopOne(building.told::isDone)) {
                return building;
            }
        }
    }

    private static String cancelled(Path directory, BuildRequest request) throws Exception {
        var building = stopped(directory, request);
        long begin = System.nanoTime();
        building.thread.interrupt();
        var told = building.told.get();
        boolean soon = System.nanoTime() - begin < Duration.ofSeconds(1).toNanos();
        return told + " within a second: " + soon + " " + FuseServers.count();
    }

    /** A build in a thread of its own, and what came of it. */
    private static final class Building {

        private final CompletableFuture<String> told = new CompletableFuture<>();
        private final Thread thread;

        Building(SandboxBuildEngine engine, BuildRequest request) {
            thread = new Thread(() -> told.complete(outcome(engine, request)));
            thread.start();
        }

        private static String outcome(SandboxBuildEngine engine, BuildRequest request) {
            try {
                return engine.build(request, StepJournal.NONE, new RecordedOutput())
                        .toString();
            } catch (BuildFailedException e) {
                return e.code() + " " + e.getMessage();
            } catch (Exception e) {
                return e.toString();
            }
        }
    }
}
