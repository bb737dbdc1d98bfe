package dev.kiln.trace;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Configures where a process sends its traces. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(TracingSettings.class)
public class TracingConfiguration {

    @Bean
    Tracing tracing(TracingSettings settings, Environment environment) {
        return new Tracing(settings, environment.getProperty("spring.application.name", "kiln"));
    }
}
