package dev.kiln.worker;

import dev.kiln.bucket.BucketAccess;
import dev.kiln.bucket.Buckets;
import dev.kiln.component.Components;
import dev.kiln.execution.Executions;
import dev.kiln.management.HealthCheck;
import dev.kiln.management.HealthCheck.Need;
import dev.kiln.parameter.ExecutionParameters;
import dev.kiln.reaper.Intents;
import dev.kiln.region.Regions;
import dev.kiln.secret.SecretSeal;
import dev.kiln.worker.engine.Abilities;
import dev.kiln.worker.engine.BuildEngine;
import dev.kiln.worker.engine.EngineSettings;
import dev.kiln.worker.engine.SandboxBuildEngine;
import dev.kiln.worker.intake.ExecutionListener;
import dev.kiln.worker.intake.OrphanedExecutions;
import dev.kiln.worker.machine.MachineSettings;
import dev.kiln.worker.metric.MeasuredEngine;
import dev.kiln.worker.metric.MeasuredStage;
import dev.kiln.worker.metric.WorkerMeters;
import dev.kiln.worker.metric.WorkerTraces;
import dev.kiln.worker.reaper.GivingBackStage;
import dev.kiln.worker.region.Distribution;
import dev.kiln.worker.region.ImageCopier;
import dev.kiln.worker.region.ImageCopies;
import dev.kiln.worker.region.ImageExporter;
import dev.kiln.worker.region.ImportedBases;
import dev.kiln.worker.region.LeasedWork;
import dev.kiln.worker.region.Preflight;
import dev.kiln.worker.region.Removal;
import dev.kiln.worker.region.SourceImages;
import dev.kiln.worker.region.Targets;
import dev.kiln.worker.region.WithdrawnCopies;
import dev.kiln.worker.run.ExecutionSlots;
import dev.kiln.worker.stage.BuildLogs;
import dev.kiln.worker.stage.BuildRequests;
import dev.kiln.worker.stage.BuildSteps;
import dev.kiln.worker.stage.BuildingStage;
import dev.kiln.worker.stage.CachedSteps;
import dev.kiln.worker.stage.CancellingStage;
import dev.kiln.worker.stage.ChosenComponents;
import dev.kiln.worker.stage.DistributingStage;
import dev.kiln.worker.stage.PreparingStage;
import dev.kiln.worker.stage.RegionSteps;
import dev.kiln.worker.stage.ReleasingStage;
import dev.kiln.worker.stage.Stage;
import dev.kiln.worker.stage.Stages;
import dev.kiln.worker.stage.StepLayers;
import dev.kiln.worker.stage.TemplateSteps;
import dev.kiln.worker.stage.TestingStage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** The parts of a worker: the engine, the targets, and a stage for each status. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({WorkerSettings.class, EngineSettings.class, MachineSettings.class, SealSettings.class})
class WorkerConfiguration {

    @Bean
    JsonMapper json() {
        return new JsonMapper();
    }

    @Bean
    TransactionTemplate transaction(PlatformTransactionManager transactions) {
        return new TransactionTemplate(transactions);
    }

    @Bean
    Executions executions(JdbcClient jdbc) {
        return new Executions(jdbc);
    }

    @Bean
    SandboxBuildEngine buildEngine(EngineSettings settings, MachineSettings machines) {
        return new SandboxBuildEngine(settings, machines);
    }

    @Bean
    FirstCheck firstCheck(SandboxBuildEngine engine) {
        return new FirstCheck(engine);
    }

    @Bean
    Abilities abilities(SandboxBuildEngine engine) {
        return engine.abilities();
    }

    @Bean
    @Primary
    BuildEngine measuredEngine(SandboxBuildEngine engine, WorkerMeters meters, WorkerTraces traces) {
        return new MeasuredEngine(engine, meters, traces);
    }

    @Bean
    SourceImages baseImages(JdbcClient jdbc) {
        return new SourceImages(jdbc);
    }

    @Bean
    Targets targets(JdbcClient jdbc) {
        return new Targets(jdbc);
    }

    @Bean
    BuildLogs buildLogs(JdbcClient jdbc, WorkerSettings settings) {
        return new BuildLogs(jdbc, settings.logLimitBytes());
    }

    @Bean
    TemplateSteps templateSteps(JdbcClient jdbc, JsonMapper json) {
        return new TemplateSteps(new ChosenComponents(jdbc, new Components(jdbc, json)));
    }

    @Bean
    Preflight preflight(JdbcClient jdbc, Regions regions) {
        return new Preflight(jdbc, regions);
    }

    @Bean
    ImportedBases importedBases(JdbcClient jdbc, TransactionTemplate transaction, Regions regions, Drain drain) {
        return new ImportedBases(jdbc, transaction, regions, drain);
    }

    @Bean
    PreparingStage preparing(
            SourceImages baseImages,
            ImportedBases importedBases,
            Targets targets,
            Preflight preflight,
            TemplateSteps steps) {
        return new PreparingStage(baseImages, importedBases, preflight, targets, steps);
    }

    @Bean
    RegionSteps regionSteps(JdbcClient jdbc, Regions regions, Intents intents, WorkerSettings settings) {
        return new RegionSteps(
                new CachedSteps(jdbc), regions, intents, settings.sharedSteps().toBytes());
    }

    @Bean
    BuildRequests.Sources sources(SourceImages baseImages, Regions regions, BucketAccess buckets) {
        return new BuildRequests.Sources(baseImages, regions, buckets);
    }

    @Bean
    BuildRequests buildRequests(
            BuildRequests.Sources sources,
            TemplateSteps steps,
            RegionSteps shared,
            ExecutionParameters parameters,
            Abilities abilities) {
        return new BuildRequests(sources, steps, shared, parameters, abilities);
    }

    @Bean
    ExecutionParameters executionParameters(JdbcClient jdbc, SealSettings settings) {
        return new ExecutionParameters(
                jdbc,
                Optional.of(settings.secretsKey()).filter(key -> !key.isBlank()).map(SecretSeal::new));
    }

    @Bean
    BuildingStage building(
            BuildEngine engine,
            BuildRequests requests,
            BuildLogs logs,
            Targets targets,
            Regions regions,
            StepLayers layers) {
        return new BuildingStage(engine, requests, logs, targets, regions, layers);
    }

    @Bean
    Drain drain() {
        return new Drain();
    }

    @Bean
    StepLayers stepLayers(JdbcClient jdbc, Regions regions, Intents intents, Drain drain) {
        return new StepLayers(new BuildSteps(jdbc), regions, intents, drain);
    }

    @Bean
    TestingStage testing(BuildEngine engine, BuildRequests requests, BuildLogs logs) {
        return new TestingStage(engine, requests, logs);
    }

    @Bean
    DistributingStage distributing(
            Targets targets,
            Regions regions,
            WorkerSettings settings,
            Drain drain,
            WorkerMeters meters,
            WorkerTraces traces) {
        return new DistributingStage(new Distribution(targets, regions, settings, drain, meters, traces));
    }

    @Bean
    Removal removal(Targets targets, Regions regions) {
        return new Removal(targets, regions);
    }

    @Bean
    WithdrawnCopies withdrawnCopies(Targets targets, Regions regions) {
        var copies = new WithdrawnCopies(targets, regions);
        copies.start(Duration.ofMinutes(1));
        return copies;
    }

    @Bean
    ImageCopier imageCopier(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            JsonMapper json,
            Regions regions,
            Buckets buckets,
            WorkerMeters meters) {
        return new ImageCopier(new ImageCopies(jdbc, transaction, json), regions, buckets, meters);
    }

    @Bean
    LeasedWork leasedWork(
            ImageCopier copier,
            JdbcClient jdbc,
            TransactionTemplate transaction,
            Regions regions,
            Buckets buckets,
            WorkerSettings settings) {
        return new LeasedWork(copier, new ImageExporter(jdbc, transaction, regions, buckets), settings);
    }

    // Only after the worker itself has started: by then the schema has been checked.
    @Bean
    ApplicationRunner leasedRounds(LeasedWork work, WorkerSettings settings) {
        return arguments -> work.start(settings.sweepEvery());
    }

    @Bean
    ReleasingStage releasing(BuildEngine engine, Removal removal, StepLayers layers, ImportedBases importedBases) {
        return new ReleasingStage(engine, removal, layers, importedBases);
    }

    @Bean
    CancellingStage cancelling(BuildEngine engine, Removal removal, StepLayers layers, ImportedBases importedBases) {
        return new CancellingStage(engine, removal, layers, importedBases);
    }

    @Bean
    Stages stages(
            List<Stage> stages, Intents intents, SandboxBuildEngine engine, WorkerMeters meters, WorkerTraces traces) {
        return new Stages(stages.stream()
                .map(stage -> new MeasuredStage(GivingBackStage.of(stage, intents, engine.place()), meters, traces))
                .toList());
    }

    @Bean
    SchemaCheck schemaCheck(DataSource database) {
        return new SchemaCheck(database);
    }

    @Bean
    Worker worker(
            WorkerSettings settings,
            SchemaCheck schema,
            FirstCheck sandbox,
            ExecutionSlots slots,
            OrphanedExecutions orphans,
            ExecutionListener listener) {
        return new Worker(settings, schema, sandbox, slots, orphans, listener);
    }

    @Bean
    HealthCheck workCheck(Worker worker) {
        return new HealthCheck("work", Need.WORK, Duration.ZERO, worker::standing);
    }

    @Bean
    HealthCheck sweepCheck(Worker worker) {
        return new HealthCheck("sweep", Need.LIFE, Duration.ZERO, worker::lastSweep);
    }
}
