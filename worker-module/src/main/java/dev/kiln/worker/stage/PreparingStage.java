package dev.kiln.worker.stage;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import dev.kiln.image.ImageId;
import dev.kiln.template.BuildContent;
import dev.kiln.template.Template;
import dev.kiln.worker.region.ImportedBases;
import dev.kiln.worker.region.Preflight;
import dev.kiln.worker.region.SourceImages;
import dev.kiln.worker.region.Targets;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/**
 * Checks every target before anything is built, chooses the base image and the components once, waits for a base image
 * that is being imported, and makes the rows of all targets.
 */
public final class PreparingStage implements Stage {

    private final SourceImages baseImages;
    private final ImportedBases importedBases;
    private final Preflight preflight;
    private final Targets targets;
    private final TemplateSteps steps;
    private final JsonMapper json = new JsonMapper();

    public PreparingStage(
            SourceImages baseImages,
            ImportedBases importedBases,
            Preflight preflight,
            Targets targets,
            TemplateSteps steps) {
        this.baseImages = baseImages;
        this.importedBases = importedBases;
        this.preflight = preflight;
        this.targets = targets;
        this.steps = steps;
    }

    @Override
    public ExecutionStatus status() {
        return ExecutionStatus.PREPARING;
    }

    @Override
    public Advance run(Attempt attempt) throws StageFailedException, InterruptedException {
        var template = attempt.template();
        // Chooses the component versions for good; a missing component is reported before anything else is checked.
        for (var content : List.of(BuildContent.Kind.BUILD, BuildContent.Kind.TEST)) {
            steps.of(attempt, content);
        }
        var trouble = preflight.check(template);
        if (trouble.isPresent()) {
            throw new StageFailedException(trouble.get());
        }
        var base = base(attempt);
        var ids = template.targetRegions().stream()
                .map(region -> region.equals(template.region()) ? attempt.image() : newImageId())
                .toList();
        var message = "base image " + base + "; " + ids.size() + " region(s) and "
                + template.addAccounts().size() + " account(s) checked";
        return Advance.to(ExecutionStatus.BUILDING, message)
                .with(building -> targets.plan(building, base, naming(attempt), ids));
    }

    private ImageId base(Attempt attempt) throws StageFailedException, InterruptedException {
        var template = attempt.template();
        if (template.baseImageType() != Template.BaseImageType.OSS) {
            return baseImages
                    .choose(template)
                    .orElseThrow(() -> new StageFailedException(baseNotFound(template)))
                    .id();
        }
        var imported = importedBases.await(attempt);
        if (!imported.isGood()) {
            throw new StageFailedException(imported.failure());
        }
        return imported.image();
    }

    // The name is {ImageName}_{ExecutionId} unless the suffix is switched off; without an ImageName, the template's
    // name replaces it.
    private Targets.Naming naming(Attempt attempt) {
        var template = attempt.template();
        var options = template.imageOptions();
        var prefix = options.name().isEmpty() ? template.name() : options.name();
        return new Targets.Naming(
                options.suffix() ? prefix + "_" + attempt.execution() : prefix,
                options.family(),
                options.description(),
                json.writeValueAsString(options.tags()));
    }

    private static ImageId newImageId() {
        var letters = UUID.randomUUID().toString().replace("-", "").toLowerCase(Locale.ROOT);
        return new ImageId("m-" + letters.substring(0, 20));
    }

    private static Failure baseNotFound(Template template) {
        return new Failure(
                "InvalidImagePipeline.BaseImageNotFound",
                "base image " + template.baseImage() + " is not in " + template.region()
                        + " any more, or this account may no longer read it");
    }
}
