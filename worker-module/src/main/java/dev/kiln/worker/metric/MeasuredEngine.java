package dev.kiln.worker.metric;

import dev.kiln.trace.TracedWork;
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
import org.jspecify.annotations.Nullable;

/** An engine whose steps are counted, timed and traced. */
public final class MeasuredEngine implements BuildEngine {

    private final BuildEngine engine;
    private final WorkerMeters meters;
    private final WorkerTraces traces;

    public MeasuredEngine(BuildEngine engine, WorkerMeters meters, WorkerTraces traces) {
        this.engine = engine;
        this.meters = meters;
        this.traces = traces;
    }

    @Override
    public void check() throws SandboxUnavailableException {
        engine.check();
    }

    @Override
    public BuiltImage build(BuildRequest request, StepJournal journal, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        try (var measured = new MeasuredOutput(output)) {
            return engine.build(request, journal, measured);
        }
    }

    @Override
    public void test(BuildRequest request, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        try (var measured = new MeasuredOutput(output)) {
            engine.test(request, measured);
        }
    }

    @Override
    public List<PackerArtifact> runPacker(BuildRequest request, String file, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        return engine.runPacker(request, file, output);
    }

    @Override
    public void discard(String name, int attempt) throws IOException {
        engine.discard(name, attempt);
    }

    @Override
    public void forget(BuiltImage image) throws IOException {
        engine.forget(image);
    }

    private final class MeasuredOutput implements BuildOutput, AutoCloseable {

        private final BuildOutput output;
        private @Nullable TracedWork step;

        MeasuredOutput(BuildOutput output) {
            this.output = output;
        }

        @Override
        public void phase(String what) {
            output.phase(what);
        }

        @Override
        public void stepStarted(int number, int total, String text) {
            step = traces.step(output.trace(), number, text);
            output.stepStarted(number, total, text);
        }

        @Override
        public void output(byte[] bytes, int length) {
            output.output(bytes, length);
        }

        @Override
        public void stepFinished(int number, int total, Duration took) {
            ended();
            meters.stepRun(took);
            output.stepFinished(number, total, took);
        }

        @Override
        public void stepReused(int number, int total, String since) {
            if (step != null) {
                step.with("kiln.step.cached", since);
            }
            ended();
            meters.stepReused();
            output.stepReused(number, total, since);
        }

        private void ended() {
            if (step != null) {
                step.close();
                step = null;
            }
        }

        /** A step that is still open has failed. */
        @Override
        public void close() {
            if (step != null) {
                step.failed("the step did not end well");
            }
            ended();
        }
    }
}
