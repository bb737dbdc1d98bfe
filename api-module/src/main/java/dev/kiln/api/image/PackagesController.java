package dev.kiln.api.image;

import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.rest.RestAction;
import dev.kiln.api.signature.Caller;
import dev.kiln.image.ImageId;
import dev.kiln.image.packages.InstalledPackage;
import dev.kiln.image.packages.PackageList;
import dev.kiln.region.Regions;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The packages of an image, and the differences from another image. */
@RestController
class PackagesController {

    private final Images images;
    private final SeenPackages packages;
    private final Regions regions;

    PackagesController(Images images, SeenPackages packages, Regions regions) {
        this.images = images;
        this.packages = packages;
        this.regions = regions;
    }

    /** The packages of an image. */
    record Installed(String imageId, int count, List<InstalledPackage> packages) {}

    /** A package in two versions. */
    record Changed(String system, String name, String architecture, String before, String now) {

        private static Changed of(PackageList.Change change) {
            var now = change.now();
            return new Changed(
                    now.system(),
                    now.name(),
                    now.architecture(),
                    change.before().version(),
                    now.version());
        }
    }

    /**
     * The differences between two images.
     *
     * @param to the image that it is compared with
     */
    record Differences(
            String imageId,
            String to,
            List<InstalledPackage> added,
            List<InstalledPackage> removed,
            List<Changed> changed) {}

    @GetMapping("/api/v1/images/{id}/packages")
    Installed packages(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        var list = recorded(find(id, caller)).packages();
        return new Installed(id, list.size(), list);
    }

    @GetMapping("/api/v1/images/{id}/packages/differences")
    Differences differences(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "to", required = false, defaultValue = "previous") String to) {
        var image = find(id, caller);
        var other = to.equals("previous") ? previous(image, caller) : named(to, caller);
        var differences = recorded(image).since(recorded(other));
        return new Differences(
                id,
                other.id().value(),
                differences.added(),
                differences.removed(),
                differences.changed().stream().map(Changed::of).toList());
    }

    private Image named(String id, Caller caller) {
        // Check the permission before the answer shows whether the image exists.
        requireAllowed(id, caller);
        return find(id, caller);
    }

    /** The image in the path was checked already; the answer shows the other one's packages, too. */
    private void requireAllowed(String id, Caller caller) {
        caller.require(
                RestAction.DIFFERENCES,
                regions.ids().stream()
                        .map(region -> ResourceType.IMAGE.name(region.value(), caller.account(), id))
                        .toList());
    }

    private Image previous(Image image, Caller caller) {
        var before = packages.previous(image.id(), caller.account())
                .orElseThrow(() -> RestCodes.NO_PREVIOUS_IMAGE.because("There is no image before " + image.id()
                        + " of its template or family in its region. Say by \"to\" which image it is compared with."));
        requireAllowed(before.id().value(), caller);
        return before;
    }

    private PackageList recorded(Image image) {
        return packages.of(image)
                .orElseThrow(() -> RestCodes.PACKAGES_NOT_RECORDED.because("What is installed in image " + image.id()
                        + " is not recorded. It is for images with dpkg, apk or rpm that executions have built; the log of"
                        + " the execution may say why not."));
    }

    private Image find(String id, Caller caller) {
        return images.find(new ImageId(id), caller.account())
                .filter(Image::isAvailable)
                .orElseThrow(() -> Refusals.imageNotFound(id));
    }
}
