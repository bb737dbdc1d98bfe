package dev.kiln.worker.engine;

import dev.kiln.image.archive.ByteSource;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** A journal in memory. */
final class RememberedSteps implements StepJournal {

    private final List<KeptStep> kept = new ArrayList<>();
    private int failed;
    private boolean handsOver;

    @Override
    public List<KeptStep> kept() {
        return List.copyOf(kept);
    }

    /** Exit code of the step that failed last; 0 when none has. */
    int failed() {
        return failed;
    }

    @Override
    public void ended(EndedStep step) throws IOException {
        if (step.exitCode() != 0) {
            failed = step.exitCode();
            return;
        }
        var layer = step.layer();
        if (layer.isEmpty()) {
            kept.add(new KeptStep(step.number(), java.util.Optional.empty(), step.stdout()));
            return;
        }
        var bytes = Files.readAllBytes(layer.get().file());
        ByteSource archive = offset -> new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset);
        kept.add(new KeptStep(
                step.number(), layer.map(file -> new KeptLayer(file.index(), file.digest(), archive)), step.stdout()));
    }

    @Override
    public boolean handsOver() {
        return handsOver;
    }

    /** From now on the build is to stop at the end of a step. */
    void handOver() {
        handsOver = true;
    }

    @Override
    public void forget() {
        kept.clear();
    }

    /** The same with the first steps only, as after a crash. */
    RememberedSteps until(int number) {
        var fewer = new RememberedSteps();
        fewer.kept.addAll(kept.subList(0, number));
        return fewer;
    }

    /** The same, whose layers have other bytes. */
    RememberedSteps readingFrom(ByteSource other) {
        var same = new RememberedSteps();
        for (var step : kept) {
            same.kept.add(new KeptStep(
                    step.number(),
                    step.layer().map(layer -> new KeptLayer(layer.index(), layer.digest(), other)),
                    step.stdout()));
        }
        return same;
    }

    /** Loses the bytes of a step's layer. */
    void lose(int number) {
        ByteSource gone = offset -> {
            throw new FileNotFoundException("step " + number);
        };
        var step = kept.get(number - 1);
        kept.set(
                number - 1,
                new KeptStep(
                        number,
                        step.layer().map(layer -> new KeptLayer(layer.index(), layer.digest(), gone)),
                        step.stdout()));
    }

    /** Loses what a step printed. */
    void loseOutput(int number) {
        var step = kept.get(number - 1);
        kept.set(number - 1, new KeptStep(number, step.layer(), java.util.Optional.empty()));
    }
}
