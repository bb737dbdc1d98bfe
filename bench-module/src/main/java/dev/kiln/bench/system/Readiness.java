package dev.kiln.bench.system;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for processes. */
final class Readiness {

    private static final long SECONDS = 240;
    // Shorter than the resolution of the reported start-up times.
    private static final long PAUSE_MILLIS = 10;

    private Readiness() {}

    /** Returns when the process has created the file. */
    static void file(JavaProgram program, Path file) throws IOException, InterruptedException {
        await(program, () -> Files.exists(file));
    }

    /** Returns when the process reports that it is healthy. */
    static void health(JavaProgram program, URI url) throws IOException, InterruptedException {
        var http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
        var request = HttpRequest.newBuilder(url.resolve("/actuator/health"))
                .timeout(Duration.ofSeconds(5))
                .build();
        await(program, () -> isHealthy(http, request));
    }

    private static boolean isHealthy(HttpClient http, HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false; // not yet
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void await(JavaProgram program, BooleanSupplier ready) throws IOException, InterruptedException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!ready.getAsBoolean()) {
            program.checkAlive();
            if (System.nanoTime() > end) {
                throw new IOException("a process was not ready within " + SECONDS + " s");
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }
}
