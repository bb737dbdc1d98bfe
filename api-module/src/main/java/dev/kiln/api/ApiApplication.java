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
 * One API process; any number of them can run on one database. The parts of Spring Boot that it uses are listed in a
 * file of this class's name in META-INF/spring, since searching the class path would take longer.
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
