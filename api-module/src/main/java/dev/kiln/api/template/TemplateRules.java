package dev.kiln.api.template;

import static dev.kiln.api.template.TemplateParameters.COMBINATION;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Rules for parameters of a new template that depend on each other. */
final class TemplateRules {

    private TemplateRules() {}

    static Stream<ApiException> contradictions(Values given) {
        var found = new ArrayList<ApiException>();
        requireSame(given, TemplateParameters.OLD_IMAGE_NAME, TemplateParameters.IMAGE_NAME, found);
        requireSame(given, TemplateParameters.OLD_IMAGE_FAMILY, TemplateParameters.IMAGE_FAMILY, found);
        requireSame(given, TemplateParameters.OLD_NVME_SUPPORT, TemplateParameters.NVME_SUPPORT, found);
        repair(given, found);
        given.find(TemplateParameters.BASE_IMAGE_TYPE).ifPresent(type -> baseImage(type.equals("OSS"), given, found));
        return found.stream();
    }

    /** ImageOptions.X, or the deprecated X; both are accepted if they are equal. */
    private static void requireSame(
            Values given, Parameter<String> older, Parameter<String> newer, List<ApiException> found) {
        var old = given.find(older);
        if (old.isPresent() && given.find(newer).isPresent() && !old.equals(given.find(newer))) {
            found.add(COMBINATION.because(
                    older.name() + " and " + newer.name() + " differ. Give " + newer.name() + " alone."));
        }
    }

    private static void repair(Values given, List<ApiException> found) {
        var mode = given.find(TemplateParameters.REPAIR_MODE);
        if (given.get(TemplateParameters.REPAIR_ITEM).isEmpty() || mode.equals(Optional.of("Customized"))) {
            return;
        }
        found.add(
                mode.isEmpty()
                        ? Refusals.missing(TemplateParameters.MISSING_REPAIR_MODE, "RepairMode")
                        : COMBINATION.because("RepairItem goes with RepairMode Customized. Give both or none."));
    }

    private static void baseImage(boolean imported, Values given, List<ApiException> found) {
        var named = !given.get(TemplateParameters.BASE_IMAGE).isEmpty();
        var mentioned = ImportParameters.ALL.stream().anyMatch(given::isGiven);
        if (!imported && !named) {
            found.add(Refusals.missing("BaseImage"));
        }
        if (imported ? named : mentioned) {
            found.add(COMBINATION.because("BaseImage goes with BaseImageType IMAGE and IMAGE_FAMILY,"
                    + " ImportImageOptions go with OSS. Leave the other out."));
        }
        if (given.get(ImportParameters.DISKS).size() > 1) {
            found.add(COMBINATION.because("DiskDeviceMappings has more than one disk, and an image is one root file"
                    + " system. Give the system's disk alone."));
        }
        if (imported && !mentioned) {
            found.add(Refusals.missing(ImportParameters.MISSING, ImportParameters.GROUP));
        }
        if (imported && mentioned && !given.isGiven(ImportParameters.DISKS)) {
            found.add(Refusals.missing(ImportParameters.MISSING_DISKS, ImportParameters.DISKS.name() + ".1.OSSBucket"));
        }
    }
}
