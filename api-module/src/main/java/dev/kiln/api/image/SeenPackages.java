package dev.kiln.api.image;

import dev.kiln.account.AccountId;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageId;
import dev.kiln.image.packages.ImagePackages;
import dev.kiln.image.packages.PackageList;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Packages of the images that an account can see. */
@Component
public final class SeenPackages {

    private final ImagePackages packages;
    private final Images images;

    SeenPackages(JdbcClient jdbc, Images images) {
        this.packages = new ImagePackages(jdbc);
        this.images = images;
    }

    /** The recorded packages of an image. */
    Optional<PackageList> of(Image image) {
        return image.digest().flatMap(packages::find);
    }

    /** The previous image of the same template or family. */
    Optional<Image> previous(ImageId image, AccountId account) {
        return images.before(image, account);
    }

    /** The differences from an earlier image. */
    public record Since(String image, String name, PackageList.Differences differences) {}

    /** The recorded packages of an image with that content. */
    public Optional<PackageList> of(Digest digest) {
        return packages.find(digest);
    }

    /** The differences from the previous image; empty if there is none or its packages are not recorded. */
    public Optional<Since> sincePrevious(ImageId image, PackageList now, AccountId account) {
        return previous(image, account)
                .flatMap(
                        before -> of(before).map(was -> new Since(before.id().value(), before.name(), now.since(was))));
    }

    // Rare, because each run reads all images.
    @Scheduled(fixedDelay = 1, timeUnit = TimeUnit.HOURS)
    void purge() {
        packages.purge();
    }
}
