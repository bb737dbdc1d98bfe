package dev.kiln.worker;

import dev.kiln.region.RegionsConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Import;

/** A worker process: joins the group, takes executions as its slots allow, and sweeps for orphans. */
@SpringBootApplication
@Import(RegionsConfiguration.class)
public class WorkerApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(WorkerApplication.class, arguments);
    }
}
