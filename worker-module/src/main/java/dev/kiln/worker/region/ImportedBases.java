package dev.kiln.worker.region;

import dev.kiln.execution.Attempt;
import dev.kiln.execution.EndedCancels;
import dev.kiln.execution.Failure;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageKeys;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import dev.kiln.template.Template;
import dev.kiln.worker.Drain;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Base images that are imported for one execution (BaseImageType OSS). The API makes the image's row together with the
 * execution; {@link LeasedWork} of any worker brings its bytes.
 */
public final class ImportedBases {

    private static final Logger LOG = LoggerFactory.getLogger(ImportedBases.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Regions regions;
    private final Drain drain;

    public ImportedBases(JdbcClient jdbc, TransactionTemplate transaction, Regions regions, Drain drain) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.regions = regions;
        this.drain = drain;
    }

    /** How the import of a base image ended: with the image, or with a failure. */
    public record Ended(ImageId image, Failure failure) {

        public boolean isGood() {
            return failure.equals(Failure.NONE);
        }
    }

    /** Waits for the import to end. Only the stage's time limit bounds the wait. */
    public Ended await(Attempt attempt) throws InterruptedException {
        var ended = ended(attempt);
        while (ended.isEmpty()) {
            drain.boundary();
            Thread.sleep(BETWEEN_LOOKS.toMillis());
            ended = ended(attempt);
        }
        return ended.get();
    }

    private Optional<Ended> ended(Attempt attempt) {
        var rows = jdbc.sql("""
                        select c.id, c.state, c.error_code, c.error_info
                          from execution e join image_copy c on c.id = e.imported_image_id
                         where e.id = :execution
                        """)
                .param("execution", attempt.execution().value())
                .query((row, number) -> new Row(
                        new ImageId(row.getString("id")),
                        row.getString("state"),
                        new Failure(row.getString("error_code"), row.getString("error_info"))))
                .list();
        if (rows.isEmpty() || rows.get(0).failure().code().equals("Deleting")) {
            return Optional.of(new Ended(
                    attempt.image(),
                    new Failure("InvalidImagePipeline.BaseImageNotFound", "the imported image was deleted meanwhile")));
        }
        return rows.stream()
                .filter(row -> List.of("COPIED", "FAILED").contains(row.state()))
                .map(row -> new Ended(row.id(), row.failure()))
                .findFirst();
    }

    private record Row(ImageId id, String state, Failure failure) {}

    /**
     * Withdraws the imported image, unless the template keeps it after such an end. An incomplete import is never kept;
     * one that is just being copied or exported always is. The API removes later what a region cannot remove now.
     *
     * @param good whether the execution succeeded, at least in part; empty when it was cancelled
     */
    public void release(Attempt attempt, Optional<Boolean> good) {
        if (attempt.template().baseImageType() != Template.BaseImageType.OSS) {
            return;
        }
        var kept = good.map(well -> well ? List.of("ALWAYS", "AFTER_SUCCESS") : List.of("ALWAYS", "AFTER_FAILURE"))
                .orElse(List.of("ALWAYS"));
        var withdrawn = transaction.execute(status -> {
            hold(attempt);
            return withdraw(attempt, kept);
        });
        Objects.requireNonNull(withdrawn)
                .ifPresent(image -> remove(image, attempt.template().region()));
    }

    /**
     * Waits for whoever is just ordering an export or a copy of the image, under a lock on it. Only a later statement
     * sees what was ordered: the one that waits has looked before.
     */
    private void hold(Attempt attempt) {
        jdbc.sql("""
                        select c.id from execution e join image_copy c on c.id = e.imported_image_id
                         where e.id = :execution
                           for update of c
                        """).param("execution", attempt.execution().value()).query().listOfRows();
    }

    private Optional<ImageId> withdraw(Attempt attempt, List<String> kept) {
        return jdbc.sql("""
                        update image_copy c set state = 'FAILED', error_code = 'Deleting', modified_at = now()
                          from execution e
                         where e.id = :execution and e.attempt = :attempt and c.id = e.imported_image_id
                           and %s
                        returning c.id
                        """.formatted(EndedCancels.IMPORT_GOES))
                .param("execution", attempt.execution().value())
                .param("attempt", attempt.number())
                .param("kept", kept)
                .query(String.class)
                .optional()
                .map(ImageId::new);
    }

    private void remove(ImageId image, RegionId region) {
        var store = regions.find(region);
        try {
            if (store.isPresent()) {
                store.get().delete(ImageKeys.image(image));
                jdbc.sql("delete from image_copy where id = :id and error_code = 'Deleting'")
                        .param("id", image.value())
                        .update();
            }
        } catch (IOException e) {
            LOG.warn("{} stays in {} for now: {}", image, region, e.toString());
        }
    }
}
