package dev.kiln.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;

/** One worker process; any number of them may run on one database. */
@SpringBootApplication
public class WorkerApplication {

    public static void main(String[] arguments) throws InterruptedException {
        SpringApplication.run(WorkerApplication.class, arguments);
        new java.util.concurrent.CountDownLatch(1).await();
    }

    @Bean
    ApplicationListener<ApplicationReadyEvent> ready() {
        return event -> {
            try {
                Files.createFile(Path.of(
                        event.getApplicationContext().getEnvironment().getRequiredProperty("kiln.worker.ready-file")));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        };
    }
}
