package dev.kiln.worker.reaper;

import dev.kiln.reaper.Intents;
import dev.kiln.reaper.ReaperSettings;
import dev.kiln.reaper.RegionSweep;
import dev.kiln.reaper.StoredThings;
import dev.kiln.reaper.Sweeps;
import dev.kiln.region.Regions;
import dev.kiln.worker.WorkerSettings;
import dev.kiln.worker.engine.SandboxBuildEngine;
import dev.kiln.worker.run.WorkerName;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The reaper and what it looks at. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ReaperSettings.class)
class ReaperConfiguration {

    @Bean
    Intents intents(JdbcClient jdbc) {
        return new Intents(jdbc);
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

    @Bean
    Reaper reaper(
            SandboxBuildEngine engine,
            Intents intents,
            RegionSweep regions,
            JdbcClient jdbc,
            WorkerSettings worker,
            ReaperSettings settings) {
        var name = worker.name().isEmpty() ? WorkerName.ofThisProcess() : worker.name();
        return new Reaper(new PlaceSweep(engine, intents), regions, new Sweeps(jdbc), name, settings);
    }

    // Not before the worker itself has started: by then the schema is known to be the right one.
    @Bean
    ApplicationRunner reaping(Reaper reaper) {
        return arguments -> reaper.start();
    }
}
