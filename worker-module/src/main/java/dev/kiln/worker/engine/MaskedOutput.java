package dev.kiln.worker.engine;

import dev.kiln.worker.secret.MaskedStream;
import dev.kiln.worker.secret.Secrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/** Passes everything to another output with the secrets of the run masked, whatever their origin. */
final class MaskedOutput implements BuildOutput, AutoCloseable {

    private final BuildOutput output;
    private final Secrets secrets;
    private final MaskedStream stream;

    MaskedOutput(BuildOutput output, Secrets secrets) {
        this.output = output;
        this.secrets = secrets;
        this.stream = new MaskedStream(secrets, output::output);
    }

    @Override
    public Secrets secrets() {
        return secrets;
    }

    @Override
    public void phase(String what) {
        close();
        output.phase(secrets.masked(what));
    }

    @Override
    public void stepStarted(int number, int total, String text) {
        close();
        output.stepStarted(number, total, secrets.masked(text));
    }

    @Override
    public void output(byte[] bytes, int length) {
        try {
            stream.take(bytes, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stepFinished(int number, int total, Duration took) {
        close();
        output.stepFinished(number, total, took);
    }

    @Override
    public void stepReused(int number, int total, String since) {
        close();
        output.stepReused(number, total, since);
    }

    /** Passes on what was held back. */
    @Override
    public void close() {
        try {
            stream.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
