package dev.kiln.worker.stage;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import dev.kiln.execution.NotAbleException;
import dev.kiln.image.ImageKeys;
import dev.kiln.region.DigestMismatchException;
import dev.kiln.region.PartDigests;
import dev.kiln.region.Parts;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import dev.kiln.worker.disk.DiskNeedsException;
import dev.kiln.worker.engine.BuildEngine;
import dev.kiln.worker.engine.BuildFailedException;
import dev.kiln.worker.engine.BuildRequest;
import dev.kiln.worker.engine.NoRoomException;
import dev.kiln.worker.region.Target;
import dev.kiln.worker.region.Targets;
import dev.kiln.worker.secret.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the commands and stores the image in the template's region; done once, whatever happens to other regions. */
public final class BuildingStage implements Stage {

    private static final Logger LOG = LoggerFactory.getLogger(BuildingStage.class);

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

    /** Builds and stores the image; the returned action writes down that it is there. */
    private Consumer<Attempt> build(Attempt attempt, Target home)
            throws StageFailedException, IOException, InterruptedException {
        var request = requests.toBuild(attempt, home.sourceImage());
        try (var log = logs.open(attempt)) {
            var journal = layers.journal(attempt, log);
            var built = log.endingWithFailureOf(() -> engine.build(request, journal, log));
            log.phase("storing " + built.bytes() + " bytes in " + home.region());
            var parts = store(attempt, home, built);
            discard(engine, request);
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
        } catch (NoRoomException e) {
            discard(engine, request);
            throw e;
        } catch (BuildFailedException e) {
            throw new StageFailedException(BuildRequests.failure(e));
        }
    }

    /** Has Packer make the images, each in its cloud; the returned change writes down which, for each region. */
    private Advance pack(Attempt attempt, Target home, String file)
            throws StageFailedException, IOException, InterruptedException {
        var request = requests.toPack(attempt, home.sourceImage());
        try (var log = logs.open(attempt)) {
            var all = log.endingWithFailureOf(() -> engine.runPacker(request, file, log));
            discard(engine, request);
            var made = PackerImages.of(all, home.region());
            // A cloud's ids may tell whose account they are of.
            var secrets = Secrets.of(request.parameters().secrets());
            made.outside(attempt.template().targetRegions())
                    .forEach(text -> log.phase(secrets.masked("not recorded: " + text)));
            Function<RegionId, Failure> missing =
                    region -> new Failure("Packer.NoArtifact", secrets.masked(made.missing(region)));
            var atHome = made.in(home.region());
            if (atHome.isEmpty()) {
                throw new StageFailedException(missing.apply(home.region()));
            }
            var rest = log.end();
            return Advance.to(ExecutionStatus.DISTRIBUTING, secrets.masked("Packer made " + atHome.get()))
                    .with(next -> {
                        targets.madeByPacker(next, made::in, missing);
                        rest.run();
                    });
        } catch (NoRoomException e) {
            // What Packer began to make in a cloud is no reason to begin once more elsewhere.
            throw new IOException(e.getMessage(), e);
        } catch (BuildFailedException e) {
            throw new StageFailedException(BuildRequests.failure(e));
        }
    }

    /**
     * The files have done their work, and whoever goes on from here may be another machine's worker. What cannot be
     * given back now is tried again at the end, or by the reaper: the work is not done again for it. A worker that was
     * superseded while it stored the image may not know it yet: what its successor builds here is not its own.
     */
    static void discard(BuildEngine engine, BuildRequest request) {
        try {
            engine.discard(request.name(), request.attempt());
        } catch (IOException e) {
            LOG.warn("scratch space of {} stays for now: {}", request.name(), e.toString());
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
        } catch (DigestMismatchException e) {
            engine.forget(built); // the next try makes it anew
            throw e;
        }
    }
}
