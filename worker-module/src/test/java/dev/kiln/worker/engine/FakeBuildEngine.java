package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.image.archive.ArchiveInspector;
import dev.kiln.image.archive.ArchiveLimits;
import dev.kiln.image.archive.ArchiveRefusedException;
import dev.kiln.template.BuildCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** An engine for tests of what stands around it: understands {@code echo}, {@code exit} and {@code sleep}. */
final class FakeBuildEngine implements BuildEngine {

    private final Path directory;

    FakeBuildEngine(Path directory) {
        this.directory = directory;
    }

    @Override
    public void check() {}

    @Override
    public BuiltImage build(BuildRequest request, StepJournal journal, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        var state = run(request, journal, output);
        var bytes = request.commands().toString().getBytes(StandardCharsets.UTF_8);
        var file = Files.write(directory.resolve(request.name()), bytes);
        var computation = Digest.computation();
        computation.update(bytes);
        return new BuiltImage(file, bytes.length, Digest.of(computation), state.metadata());
    }

    @Override
    public void test(BuildRequest request, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        run(request, StepJournal.NONE, output);
    }

    @Override
    public void discard(String name, int attempt) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    private BuildState run(BuildRequest request, StepJournal journal, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        output.phase("opening base image");
        try {
            new ArchiveInspector(ArchiveLimits.DEFAULT).inspect(request.base().archive());
        } catch (ArchiveRefusedException e) {
            throw new BuildFailedException("BaseImage.Refused", e.getMessage());
        }
        var state = BuildState.of(request);
        int total = request.commands().size();
        int kept = readable(journal);
        for (int number = 1; number <= total; number++) {
            var command = request.commands().get(number - 1);
            if (number <= kept) {
                execute(command, state, new RecordedOutput(), "kept step");
                continue;
            }
            output.stepStarted(number, total, command.text());
            execute(command, state, output, "step " + number + " of " + total);
            output.stepFinished(number, total, Duration.ZERO);
            if (command instanceof BuildCommand.Run) {
                keep(number, command, journal);
            }
            if (journal.handsOver()) {
                throw new InterruptedException("another goes on");
            }
        }
        return state;
    }

    private static int readable(StepJournal journal) throws IOException {
        try {
            for (var layer : StepJournal.layers(journal.kept())) {
                try (var bytes = layer.archive().open(0)) {
                    bytes.readAllBytes();
                }
            }
            return journal.kept().stream()
                    .mapToInt(StepJournal.KeptStep::number)
                    .max()
                    .orElse(0);
        } catch (IOException e) {
            journal.forget();
            return 0;
        }
    }

    private void keep(int number, BuildCommand command, StepJournal journal) throws IOException, InterruptedException {
        var file = Files.writeString(directory.resolve("layer-" + number), command.text());
        var computation = Digest.computation();
        computation.update(Files.readAllBytes(file));
        var layer = new StepJournal.LayerFile(number, file, Files.size(file), Digest.of(computation));
        journal.ended(new StepJournal.EndedStep(number, 0, java.util.Optional.of(layer), java.util.Optional.empty()));
        Files.delete(file);
    }

    private static void execute(BuildCommand command, BuildState state, BuildOutput output, String step)
            throws BuildFailedException, InterruptedException {
        if (command instanceof BuildCommand.Run run) {
            for (var part : run.script().split("; ", -1)) {
                shell(part.split(" ", 2), output, step);
            }
        } else if (command instanceof BuildCommand.Label label) {
            state.label(label.labels());
        } else if (command instanceof BuildCommand.Env env) {
            state.environment(env.variables());
        } else if (command instanceof BuildCommand.Cmd cmd) {
            state.command(cmd.command());
        } else if (command instanceof BuildCommand.Entrypoint entrypoint) {
            state.entrypoint(entrypoint.entrypoint());
        }
    }

    private static void shell(String[] words, BuildOutput output, String step)
            throws BuildFailedException, InterruptedException {
        switch (words[0]) {
            case "echo" -> {
                var bytes = (words[1] + "\n").getBytes(StandardCharsets.UTF_8);
                output.output(bytes, bytes.length);
            }
            case "sleep" -> new java.util.concurrent.CountDownLatch(1).await();
            default ->
                throw new BuildFailedException("BuildCommand.Failed", step + " ended with exit code " + words[1]);
        }
    }
}
