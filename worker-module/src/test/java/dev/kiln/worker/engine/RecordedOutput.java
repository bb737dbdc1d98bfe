package dev.kiln.worker.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Keeps all that a build says. */
final class RecordedOutput implements BuildOutput {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<String> steps = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void phase(String what) {
        steps.add("phase " + what);
    }

    @Override
    public void stepStarted(int number, int total, String text) {
        steps.add("start " + number + "/" + total + " " + text);
    }

    @Override
    public void output(byte[] more, int length) {
        bytes.write(more, 0, length);
    }

    @Override
    public void stepFinished(int number, int total, Duration took) {
        steps.add("finish " + number + "/" + total);
    }

    String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    List<String> steps() {
        return List.copyOf(steps);
    }
}
