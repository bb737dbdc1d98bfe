package dev.kiln.worker.engine;

import dev.kiln.image.ImageForm;
import java.nio.file.Path;

/**
 * Runs in a Java process of an ordinary user: makes a disk that boots, tests it in a machine, and prints what it saw.
 */
public final class UserModeMachine {

    private UserModeMachine() {}

    public static void main(String[] arguments) throws Exception {
        var settings = TestSettings.of(Path.of(arguments[0])).build();
        var engine = new SandboxBuildEngine(settings, BootedDiskTest.MACHINES);
        var tiny = ImageFile.of(Path.of(arguments[1]), ImageForm.Kind.ARCHIVE);
        var output = new RecordedOutput();
        var making = BootedDiskTest.request(tiny, "RUN echo golden > /etc/golden", ImageForm.Kind.RAW);
        var disk = engine.build(making, StepJournal.NONE, output);
        System.out.println("disk: " + disk.digest());

        var commands = "RUN echo \"in a machine of $(cat /etc/golden), as $(id -un)\"\nRUN exit 7";
        var testing =
                BootedDiskTest.request(ImageFile.of(disk.file(), ImageForm.Kind.RAW), commands, ImageForm.Kind.ARCHIVE);
        try {
            engine.test(testing, output);
        } catch (BuildFailedException e) {
            output.phase(e.code() + " " + e.getMessage());
        }
        System.out.println(output.text() + output.steps());
        engine.discard(making.name());
        engine.discard(testing.name());
        System.out.println("left: " + engine.traces());
    }
}
