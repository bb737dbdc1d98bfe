package dev.kiln.api.schedule;

import dev.kiln.api.relay.EventRelay;
import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Automatic starts of templates. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ScheduleSettings.class)
class ScheduleConfiguration {

    @Bean
    Scheduler scheduler(Decisions decisions, EventRelay relay, Clock clock, ScheduleSettings settings) {
        return new Scheduler(decisions, relay, clock, settings);
    }
}
