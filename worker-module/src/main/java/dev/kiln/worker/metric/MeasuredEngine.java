package dev.kiln.worker.metric;

import dev.kiln.worker.engine.BuildEngine;
import dev.kiln.worker.engine.BuildFailedException;
import dev.kiln.worker.engine.BuildOutput;
import dev.kiln.worker.engine.BuildRequest;
import dev.kiln.worker.engine.PackerArtifact;
import dev.kiln.worker.engine.SandboxUnavailableException;
import dev.kiln.worker.engine.StepJournal;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** An engine whose steps are counted and timed. */
public final class MeasuredEngine implements BuildEngine {

    private final BuildEngine engine;
    private final WorkerMeters meters;

    public MeasuredEngine(BuildEngine engine, WorkerMeters meters) {
        this.engine = engine;
        this.meters = meters;
    }

    @Override
    public void check() throws SandboxUnavailableException {
        engine.check();
    }

    @Override
    public BuiltImage build(BuildRequest request, StepJournal journal, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        return engine.build(request, journal, new MeasuredOutput(output));
    }

    @Override
    public void test(BuildRequest request, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        engine.test(request, new MeasuredOutput(output));
    }

    @Override
    public List<PackerArtifact> runPacker(BuildRequest request, String file, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        return engine.runPacker(request, file, output);
    }

    @Override
    public void discard(String name) throws IOException {
        engine.discard(name);
    }

    private final class MeasuredOutput implements BuildOutput {

        private final BuildOutput output;

        MeasuredOutput(BuildOutput output) {
            this.output = output;
        }

        @Override
        public void phase(String what) {
            output.phase(what);
        }

        @Override
        public void stepStarted(int number, int total, String text) {
            output.stepStarted(number, total, text);
        }

        @Override
        public void output(byte[] bytes, int length) {
            output.output(bytes, length);
        }

        @Override
        public void stepFinished(int number, int total, Duration took) {
            meters.stepRun(took);
            output.stepFinished(number, total, took);
        }

        @Override
        public void stepReused(int number, int total, String since) {
            meters.stepReused();
            output.stepReused(number, total, since);
        }
    }
}
