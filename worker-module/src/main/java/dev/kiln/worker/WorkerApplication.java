package dev.kiln.worker;

import dev.kiln.bucket.BucketsConfiguration;
import dev.kiln.management.ManagementConfiguration;
import dev.kiln.reaper.SweepConfiguration;
import dev.kiln.region.RegionsConfiguration;
import dev.kiln.trace.TracingConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** A worker process: joins the group, takes executions as its slots allow, and sweeps for orphans. */
@SpringBootApplication
@Import({
    RegionsConfiguration.class,
    BucketsConfiguration.class,
    SweepConfiguration.class,
    ManagementConfiguration.class,
    TracingConfiguration.class
})
public class WorkerApplication {

    public static void main(String[] arguments) {
        var application = new SpringApplication(WorkerApplication.class);
        application.setRegisterShutdownHook(false);
        var context = application.run(arguments);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(context), "stop"));
    }

    /** Runs when the process was asked to end; an orderly stop is a success, whatever the signal was. */
    private static void stop(ConfigurableApplicationContext context) {
        var status = 1;
        try {
            context.close();
            status = 0;
        } finally {
            Runtime.getRuntime().halt(status);
        }
    }
}
