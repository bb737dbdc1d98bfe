package dev.kiln.api.doctor;

import dev.kiln.reaper.Intents;
import dev.kiln.reaper.ReaperSettings;
import dev.kiln.reaper.RegionSweep;
import dev.kiln.reaper.StoredThings;
import dev.kiln.reaper.Sweeps;
import dev.kiln.region.Regions;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** What the doctor looks at. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ReaperSettings.class)
class DoctorConfiguration {

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
