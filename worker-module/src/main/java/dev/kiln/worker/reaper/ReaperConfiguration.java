package dev.kiln.worker.reaper;

import dev.kiln.reaper.Intents;
import dev.kiln.reaper.ReaperSettings;
import dev.kiln.reaper.RegionSweep;
import dev.kiln.reaper.Sweeps;
import dev.kiln.worker.WorkerSettings;
import dev.kiln.worker.engine.SandboxBuildEngine;
import dev.kiln.worker.run.WorkerName;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The reaper and its start. */
@Configuration(proxyBeanMethods = false)
public class ReaperConfiguration {

    @Bean
    Reaper reaper(
            SandboxBuildEngine engine,
            Intents intents,
            RegionSweep regions,
            Sweeps sweeps,
            WorkerSettings worker,
            ReaperSettings settings) {
        return new Reaper(new PlaceSweep(engine, intents), regions, sweeps, WorkerName.of(worker), settings);
    }

    // Only after the worker itself has started: by then the schema has been checked.
    @Bean
    ApplicationRunner reaping(Reaper reaper) {
        return arguments -> reaper.start();
    }
}
