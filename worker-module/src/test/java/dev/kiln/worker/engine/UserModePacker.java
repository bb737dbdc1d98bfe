package dev.kiln.worker.engine;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Runs in a Java process of an ordinary user: has Packer build a file, then stops it, and prints what it saw. */
public final class UserModePacker {

    private UserModePacker() {}

    public static void main(String[] arguments) throws Exception {
        var engine = new SandboxBuildEngine(EngineSettings.in(Path.of(arguments[0])));
        var output = new RecordedOutput();
        var file = PackerRunTest.FILE.formatted(PackerRunTest.LOOK);
        System.out.println("made: " + engine.runPacker(PackerRunTest.request(file), "image.pkr.hcl", output));

        var endless = PackerRunTest.request(PackerRunTest.FILE.formatted("\"echo begun; exec sleep 98755\""));
        var stopped = new CompletableFuture<Exception>();
        var thread = new Thread(() -> {
            try {
                engine.runPacker(endless, "image.pkr.hcl", output);
            } catch (Exception e) {
                stopped.complete(e);
            }
        });
        thread.start();
        while (Sleepers.count(98755) == 0) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        System.out.println("stopped: " + stopped.get());
        System.out.println(output.text());
        System.out.println("left: " + engine.traces() + " " + Sleepers.count(98755));
    }
}
