package dev.kiln.api;

import dev.kiln.bucket.BucketsConfiguration;
import dev.kiln.management.ManagementConfiguration;
import dev.kiln.reaper.SweepConfiguration;
import dev.kiln.region.RegionsConfiguration;
import dev.kiln.start.PreparedApplication;
import dev.kiln.trace.TracingConfiguration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * One API process; any number of them may run on one database. What it takes of Spring Boot stands in a file of this
 * class's name in META-INF/spring: to look through all that there might be would take longer.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@ComponentScan
@ImportAutoConfiguration
@EnableScheduling
@EnableConfigurationProperties(ApiSettings.class)
@Import({
    RegionsConfiguration.class,
    BucketsConfiguration.class,
    SweepConfiguration.class,
    ManagementConfiguration.class,
    TracingConfiguration.class
})
public class ApiApplication {

    public static void main(String[] arguments) {
        PreparedApplication.of(ApiApplication.class).run(arguments);
    }
}
