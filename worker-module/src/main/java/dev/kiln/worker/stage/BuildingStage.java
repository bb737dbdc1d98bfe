package dev.kiln.worker.stage;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import dev.kiln.execution.NotAbleException;
import dev.kiln.image.ImageKeys;
import dev.kiln.region.PartDigests;
import dev.kiln.region.Parts;
import dev.kiln.region.Regions;
import dev.kiln.worker.disk.DiskNeedsException;
import dev.kiln.worker.engine.BuildEngine;
import dev.kiln.worker.engine.BuildFailedException;
import dev.kiln.worker.region.Target;
import dev.kiln.worker.region.Targets;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.function.Consumer;

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
        var next = attempt.template().testContent().isEmpty() ? ExecutionStatus.DISTRIBUTING : ExecutionStatus.TESTING;
        if (attempt.template().packerFile().isPresent()) {
            return pack(attempt, home, attempt.template().packerFile().get());
        }
        var built = Advance.to(next, "image " + home.image() + " is built");
        return home.isCopied() ? built : built.with(build(attempt, home));
    }

    /** Builds and stores; what is returned writes down that the image is there. */
    private Consumer<Attempt> build(Attempt attempt, Target home)
            throws StageFailedException, IOException, InterruptedException {
        var request = requests.toBuild(attempt, home.sourceImage());
        try (var log = logs.open(attempt)) {
            var journal = layers.journal(attempt, log);
            var built = log.endingWithFailureOf(() -> engine.build(request, journal, log));
            log.phase("storing " + built.bytes() + " bytes in " + home.region());
            var parts = store(attempt, home, built);
            // The file has done its work, and whoever goes on from here may be another machine's worker.
            engine.discard(request.name());
            var content = new Target.Content(
                    built.digest(), built.bytes(), built.form(), built.metadata(), Optional.of(parts));
            var rest = log.end();
            return next -> {
                targets.copied(next, home.image(), content);
                built.packages().ifPresent(packages -> targets.keepPackages(content, packages));
                rest.run();
            };
        } catch (DiskNeedsException e) {
            throw new NotAbleException(attempt, e.besides(request.buildNeeds()));
        } catch (BuildFailedException e) {
            throw new StageFailedException(BuildRequests.failure(e));
        }
    }

    /** Has Packer make the images, each in its cloud; what is returned writes down which, for each region. */
    private Advance pack(Attempt attempt, Target home, String file)
            throws StageFailedException, IOException, InterruptedException {
        var request = requests.toPack(attempt, home.sourceImage());
        try (var log = logs.open(attempt)) {
            var all = log.endingWithFailureOf(() -> engine.runPacker(request, file, log));
            engine.discard(request.name());
            var made = PackerImages.of(all, home.region());
            made.outside(attempt.template().targetRegions()).forEach(text -> log.phase("not recorded: " + text));
            var atHome = made.in(home.region());
            if (atHome.isEmpty()) {
                throw new StageFailedException(new Failure("Packer.NoArtifact", made.missing(home.region())));
            }
            var rest = log.end();
            return Advance.to(ExecutionStatus.DISTRIBUTING, "Packer made " + atHome.get())
                    .with(next -> {
                        targets.madeByPacker(
                                next, made::in, region -> new Failure("Packer.NoArtifact", made.missing(region)));
                        rest.run();
                    });
        } catch (BuildFailedException e) {
            throw new StageFailedException(BuildRequests.failure(e));
        }
    }

    private Parts store(Attempt attempt, Target home, BuildEngine.BuiltImage built) throws IOException {
        var store = regions.find(home.region()).orElseThrow(() -> new IOException("no region " + home.region()));
        try (var bytes = new PartDigests(Files.newInputStream(built.file()), Parts.USUAL_LENGTH)) {
            var progress = targets.progress(attempt, home.image(), built.bytes());
            // Fenced when all bytes are durable, which may have taken long: a superseded attempt need not publish what
            // no
            // row will name.
            store.put(ImageKeys.image(home.image()), bytes, built.digest(), done -> {
                progress.accept(done);
                if (done >= built.bytes()) {
                    targets.requireCurrent(attempt);
                }
            });
            return bytes.parts();
        }
    }
}
