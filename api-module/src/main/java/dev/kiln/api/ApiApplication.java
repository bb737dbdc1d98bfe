package dev.kiln.api;

import dev.kiln.bucket.BucketsConfiguration;
import dev.kiln.management.ManagementConfiguration;
import dev.kiln.reaper.SweepConfiguration;
import dev.kiln.region.RegionsConfiguration;
import dev.kiln.trace.TracingConfiguration;
import org.springframework.aot.AotDetector;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.util.ClassUtils;

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

    private static final String PREPARED = ApiApplication.class.getName() + "__ApplicationContextInitializer";
    // What was prepared counts on virtual threads, for it is prepared by Java 21 and newer alone (docs/adr/0028).
    private static final int JAVA_WITH_VIRTUAL_THREADS = 21;

    public static void main(String[] arguments) {
        prepared().run(arguments);
    }

    /**
     * The API, not started. Which beans it has was found out when its jar was built, and is not found out again, unless
     * the system property {@code spring.aot.enabled} is false.
     */
    public static SpringApplication prepared() {
        if (System.getProperty(AotDetector.AOT_ENABLED) == null && isPrepared()) {
            System.setProperty(AotDetector.AOT_ENABLED, "true");
        }
        var application = new SpringApplication(ApiApplication.class);
        application.setMainApplicationClass(ApiApplication.class);
        return application;
    }

    private static boolean isPrepared() {
        return Runtime.version().feature() >= JAVA_WITH_VIRTUAL_THREADS
                && ClassUtils.isPresent(PREPARED, ApiApplication.class.getClassLoader());
    }
}
