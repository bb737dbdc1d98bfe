package dev.kiln.worker;

import dev.kiln.bucket.BucketsConfiguration;
import dev.kiln.management.ManagementConfiguration;
import dev.kiln.reaper.SweepConfiguration;
import dev.kiln.region.RegionsConfiguration;
import dev.kiln.start.PreparedApplication;
import dev.kiln.trace.TracingConfiguration;
import dev.kiln.worker.intake.IntakeConfiguration;
import dev.kiln.worker.log.LogConfiguration;
import dev.kiln.worker.metric.StandingConfiguration;
import dev.kiln.worker.reaper.ReaperConfiguration;
import dev.kiln.worker.run.RunConfiguration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/**
 * A worker process: joins the group, takes executions as its slots allow, and sweeps for orphans. All its parts are
 * named here: scanning for them would take a third of its start.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    ConfigurationPropertiesAutoConfiguration.class,
    PropertyPlaceholderAutoConfiguration.class,
    DataSourceAutoConfiguration.class,
    DataSourceTransactionManagerAutoConfiguration.class,
    JdbcTemplateAutoConfiguration.class,
    JdbcClientAutoConfiguration.class
})
@Import({
    WorkerConfiguration.class,
    RunConfiguration.class,
    IntakeConfiguration.class,
    ReaperConfiguration.class,
    LogConfiguration.class,
    StandingConfiguration.class,
    RegionsConfiguration.class,
    BucketsConfiguration.class,
    SweepConfiguration.class,
    ManagementConfiguration.class,
    TracingConfiguration.class
})
public class WorkerApplication {

    public static void main(String[] arguments) {
        var application = PreparedApplication.of(WorkerApplication.class);
        application.setRegisterShutdownHook(false);
        var context = application.run(arguments);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(context), "stop"));
    }

    /** Runs when the process is asked to end; an orderly stop is a success, whatever the signal was. */
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
