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

/** What is installed in images that an account sees. */
@Component
public final class SeenPackages {

    private final ImagePackages packages;
    private final Images images;

    SeenPackages(JdbcClient jdbc, Images images) {
        this.packages = new ImagePackages(jdbc);
        this.images = images;
    }

    /** What is recorded of an image. */
    Optional<PackageList> of(Image image) {
        return image.digest().flatMap(packages::find);
    }

    /** The image of the same template, or of the same family, that was there before it. */
    Optional<Image> previous(ImageId image, AccountId account) {
        return images.before(image, account);
    }

    /** What has changed since an image. */
    public record Since(String image, String name, PackageList.Differences differences) {}

    /** What an image of that content has. */
    public Optional<PackageList> of(Digest digest) {
        return packages.find(digest);
    }

    /** What has changed since the image before; empty when there is none of which that is known. */
    public Optional<Since> sincePrevious(ImageId image, PackageList now, AccountId account) {
        return previous(image, account)
                .flatMap(
                        before -> of(before).map(was -> new Since(before.id().value(), before.name(), now.since(was))));
    }

    // Each looks at all images, and there is no hurry.
    @Scheduled(fixedDelay = 1, timeUnit = TimeUnit.HOURS)
    void purge() {
        packages.purge();
    }
}
