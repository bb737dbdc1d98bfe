package dev.kiln.standalone;

import dev.kiln.api.ApiApplication;
import dev.kiln.start.PreparedApplication;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.Banner;
import org.springframework.context.ConfigurableApplicationContext;

/** The API application, unchanged, within this JVM. */
final class ApiServer implements Closeable {

    private static final Duration LONGEST_START = Duration.ofMinutes(3);

    private final ConfigurableApplicationContext context;

    private ApiServer(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Starts it and returns when it reports that it is healthy. */
    static ApiServer start(Map<String, String> properties, String url) throws IOException {
        var arguments = properties.entrySet().stream()
                .map(property -> "--" + property.getKey() + "=" + property.getValue())
                .toArray(String[]::new);
        var application = PreparedApplication.of(ApiApplication.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setRegisterShutdownHook(false); // the parts are stopped in Kiln's own order
        var context = application.run(arguments);
        try {
            awaitHealth(URI.create(url + "/actuator/health"));
            return new ApiServer(context);
        } catch (IOException e) {
            context.close();
            throw e;
        }
    }

    @Override
    public void close() {
        context.close();
    }

    private static void awaitHealth(URI health) throws IOException {
        var http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
        var request =
                HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(10)).build();
        var deadline = System.nanoTime() + LONGEST_START.toNanos();
        try {
            while (http.send(request, BodyHandlers.discarding()).statusCode() != 200) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("the API was not healthy within " + LONGEST_START.toMinutes() + " minutes");
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the API was starting", e);
        }
    }
}
