package dev.kiln.worker.stage;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.image.ImageKeys;
import dev.kiln.region.PartDigests;
import dev.kiln.region.Parts;
import dev.kiln.region.Regions;
import dev.kiln.worker.engine.BuildEngine;
import dev.kiln.worker.engine.BuildFailedException;
import dev.kiln.worker.region.Target;
import dev.kiln.worker.region.Targets;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;

/** Runs the commands and stores the image in the template's region; done once, whatever happens to other regions. */
public final class BuildingStage implements Stage {

    private final BuildEngine engine;
    private final BuildRequests requests;
    private final BuildLogs logs;
    private final Targets targets;
    private final Regions regions;
    private final StepLayers layers;

    public BuildingStage(
            BuildEngine engine,
            BuildRequests requests,
            BuildLogs logs,
            Targets targets,
            Regions regions,
            StepLayers layers) {
        this.engine = engine;
        this.requests = requests;
        this.logs = logs;
        this.targets = targets;
        this.regions = regions;
        this.layers = layers;
    }

    @Override
    public ExecutionStatus status() {
        return ExecutionStatus.BUILDING;
    }

    @Override
    public Advance run(Attempt attempt) throws StageFailedException, IOException, InterruptedException {
        var home = targets.home(attempt);
        if (!home.isCopied()) {
            build(attempt, home);
        }
        var next = attempt.template().testContent().isEmpty() ? ExecutionStatus.DISTRIBUTING : ExecutionStatus.TESTING;
        return Advance.to(next, "image " + home.image() + " is built");
    }

    private void build(Attempt attempt, Target home) throws StageFailedException, IOException, InterruptedException {
        var request = requests.toBuild(attempt, home.sourceImage());
        try (var log = logs.open(attempt)) {
            var built = engine.build(request, layers.journal(attempt, log), log);
            log.phase("storing " + built.bytes() + " bytes in " + home.region());
            targets.copying(attempt, home.image());
            var store = regions.find(home.region()).orElseThrow(() -> new IOException("no region " + home.region()));
            try (var bytes = new PartDigests(Files.newInputStream(built.file()), Parts.USUAL_LENGTH)) {
                store.put(
                        ImageKeys.image(home.image()),
                        bytes,
                        built.digest(),
                        done -> targets.progress(attempt, home.image(), done));
                targets.copied(
                        attempt,
                        home.image(),
                        new Target.Content(
                                built.digest(), built.bytes(), built.metadata(), Optional.of(bytes.parts())));
            }
            // The file has done its work, and whoever goes on from here may be another machine's worker.
            engine.discard(request.name());
        } catch (BuildFailedException e) {
            throw new StageFailedException(BuildRequests.failure(e));
        }
    }
}
