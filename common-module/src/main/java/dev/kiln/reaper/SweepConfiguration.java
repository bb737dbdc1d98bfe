package dev.kiln.reaper;

import dev.kiln.region.Regions;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The search for leftovers in regions, for the API's doctor and the workers' reapers. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ReaperSettings.class)
public class SweepConfiguration {

    @Bean
    Intents intents(JdbcClient jdbc) {
        return new Intents(jdbc);
    }

    @Bean
    Sweeps sweeps(JdbcClient jdbc) {
        return new Sweeps(jdbc);
    }

    @Bean
    RegionSweep regionSweep(
            Regions regions,
            Intents intents,
            JdbcClient jdbc,
            TransactionTemplate transaction,
            ReaperSettings settings) {
        return new RegionSweep(regions, intents, new StoredThings(jdbc, transaction), settings.reaperAge());
    }
}
