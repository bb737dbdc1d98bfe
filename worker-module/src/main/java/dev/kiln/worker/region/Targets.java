package dev.kiln.worker.region;

import dev.kiln.execution.Attempt;
import dev.kiln.execution.Failure;
import dev.kiln.execution.SupersededException;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageKeys;
import dev.kiln.image.ImageMetadata;
import dev.kiln.image.packages.ImagePackages;
import dev.kiln.image.packages.PackageList;
import dev.kiln.region.Parts;
import dev.kiln.region.RegionId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * The targets of executions: a row for each copy and a row for each share. Every write first takes a share lock on the
 * execution's row under the attempt's number and status, so it never overlaps with a later claim or a cancel; it throws
 * {@link SupersededException} when the row has moved on.
 */
public final class Targets {

    private static final String WRITTEN = """
            with mine as (
                select id from execution where id = :execution and attempt = :attempt and status = :status for share),
            written as (
                update image_copy c set %s from mine m where c.execution_id = m.id and c.id = :image)
            """;

    private static final String FORGOTTEN = """
            forgotten as (
                delete from intent i using mine m
                 where i.execution_id = m.id and i.attempt = :attempt and i.kind = 'COPY' and i.name = :key)
            """;

    private static final String COUNTED = "select count(*) from mine";

    private final JdbcClient jdbc;
    private final ImagePackages packages;
    private final JsonMapper json = new JsonMapper();

    public Targets(JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.packages = new ImagePackages(jdbc);
    }

    /** The names and tags of an execution's images, the same in every region. */
    public record Naming(String name, String family, String description, String tagsJson) {}

    /** Makes the rows of all copies and shares; repeating it changes nothing. The ids are for the regions, in order. */
    public void plan(Attempt attempt, ImageId source, Naming naming, List<ImageId> ids) {
        fenced(
                attempt,
                """
                        with mine as (
                            select id, account_id from execution where id = :execution and attempt = :attempt and status = :status for share),
                        copies as (
                            insert into image_copy
                                   (id, account_id, region_id, execution_id, source_image_id, name, family, description, state, tags)
                            select t.id, m.account_id, t.region_id, m.id, :source, :name, :family, :description, 'PENDING', :tags::jsonb
                              from mine m, unnest(:ids::text[], :regions::text[]) as t(id, region_id)
                            on conflict (execution_id, region_id) where execution_id is not null do nothing
                            returning id),
                        shares as (
                            insert into image_share (image_id, account_id, state)
                            select c.id, a.id, 'PENDING' from copies c, unnest(:accounts::bigint[]) as a(id)
                            on conflict do nothing)
                        select count(*) from mine
                        """,
                Map.of(
                        "source", source.value(),
                        "name", naming.name(),
                        "family", naming.family(),
                        "description", naming.description(),
                        "tags", naming.tagsJson(),
                        "ids", ids.stream().map(ImageId::value).toArray(String[]::new),
                        "regions",
                                attempt.template().targetRegions().stream()
                                        .map(RegionId::value)
                                        .toArray(String[]::new),
                        "accounts",
                                attempt.template().addAccounts().stream()
                                        .map(a -> a.value())
                                        .toArray(Long[]::new)));
    }

    /** The copies of the execution, the template's own region first. */
    public List<Target> of(Attempt attempt) {
        return jdbc.sql("""
                        select id, region_id, state, source_image_id, digest, bytes, form, disk_bytes, metadata,
                               part_length, part_digests, artifact
                          from image_copy where execution_id = :execution order by (id = :home) desc, region_id
                        """)
                .param("execution", attempt.execution().value())
                .param("home", attempt.image().value())
                .query(this::target)
                .list();
    }

    /** The copy in the template's own region; PREPARING has made its row. */
    public Target home(Attempt attempt) {
        return home(attempt, of(attempt));
    }

    static Target home(Attempt attempt, List<Target> all) {
        return all.stream()
                .filter(target -> target.image().equals(attempt.image()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(attempt.execution() + " has no row for its own region"));
    }

    /** Throws when the attempt is superseded. Writes no intent: that was written with the claim. */
    public void requireCurrent(Attempt attempt) {
        fenced(
                attempt,
                "select count(*) from execution where id = :execution and attempt = :attempt and status = :status",
                Map.of());
    }

    /** An attempt to copy begins; its intent is written before anything is stored. It may resume an earlier attempt. */
    public void copying(Attempt attempt, ImageId image) {
        fenced(
                attempt,
                """
                        with mine as (
                            select id from execution where id = :execution and attempt = :attempt and status = :status for share),
                        written as (
                            update image_copy c
                               set state = 'COPYING', attempts = attempts + 1, modified_at = now()
                              from mine m where c.execution_id = m.id and c.id = :image
                            returning c.region_id),
                        intended as (
                            insert into intent (kind, place, name, execution_id, attempt)
                            select 'COPY', w.region_id, :key, m.id, :attempt from mine m, written w
                            on conflict (execution_id, attempt, kind, place, name) do nothing)
                        select count(*) from mine
                        """,
                Map.of("image", image.value(), "key", ImageKeys.image(image).value()));
    }

    /** Receives the number of bytes written so far; {@link #copied} reports when all of them are. */
    public LongConsumer progress(Attempt attempt, ImageId image, long all) {
        return done -> {
            if (done < all) {
                write(attempt, image, "state = 'COPYING', bytes_done = :done", Map.of("done", done));
            }
        };
    }

    /** The copy is complete and verified: it is visible from now on, and has a row instead of an intent. */
    public void copied(Attempt attempt, ImageId image, Target.Content content) {
        finish(attempt, image, """
                state = 'COPIED', digest = :digest, bytes = :bytes, bytes_done = :bytes, form = :form,
                disk_bytes = :diskBytes, metadata = :metadata::jsonb, part_length = :partLength, part_digests = :partDigests, error_code = '', error_info = '', modified_at = now()
                """, columns(content, json));
    }

    /** Keeps the list of installed packages by content: its copies share it. */
    public void keepPackages(Target.Content content, PackageList installed) {
        packages.keep(content.digest(), installed);
    }

    static Map<String, ?> columns(Target.Content content, JsonMapper json) {
        var columns = new HashMap<String, @Nullable Object>();
        columns.put("digest", content.digest().value());
        columns.put("bytes", content.bytes());
        columns.put("form", content.form().kind().name());
        columns.put("diskBytes", content.form().diskBytes());
        columns.put("metadata", json.writeValueAsString(content.metadata()));
        columns.put("partLength", content.parts().map(Parts::length).orElse(null));
        columns.put("partDigests", content.parts().map(Targets::digests).orElse(null));
        return columns;
    }

    private static String[] digests(Parts parts) {
        return parts.digests().stream().map(Digest::value).toArray(String[]::new);
    }

    /**
     * Packer has made images in clouds, whose bytes are not here: a region has the copy that it was given, or its copy
     * has failed.
     */
    public void madeByPacker(
            Attempt attempt, Function<RegionId, Optional<String>> artifacts, Function<RegionId, Failure> missing) {
        for (var target : of(attempt)) {
            var artifact = artifacts.apply(target.region());
            if (artifact.isPresent()) {
                finish(
                        attempt,
                        target.image(),
                        "state = 'COPIED', artifact = :artifact, bytes = 0, error_code = '', error_info = '', modified_at = now()",
                        Map.of("artifact", artifact.get()));
            } else {
                failed(attempt, target.image(), missing.apply(target.region()));
            }
        }
    }

    /** The copy could not be made; its shares fail with it. */
    public void failed(Attempt attempt, ImageId image, Failure failure) {
        fenced(attempt, """
                        with mine as (
                            select id from execution where id = :execution and attempt = :attempt and status = :status for share),
                        copies as (
                            update image_copy c set state = 'FAILED', error_code = :code, error_info = :info, modified_at = now()
                              from mine m where c.execution_id = m.id and c.id = :image
                            returning c.id),
                        shares as (
                            update image_share s set state = 'FAILED', error_code = :code, error_info = 'the copy failed'
                              from copies c where s.image_id = c.id and s.state = 'PENDING')
                        select count(*) from mine
                        """, Map.of("image", image.value(), "code", failure.code(), "info", failure.info()));
    }

    /** Marks everything unfinished as failed: copies with their shares, and the shares of good copies too. */
    public void failUnfinished(Attempt attempt, Failure failure) {
        fenced(attempt, """
                        with mine as (
                            select id from execution where id = :execution and attempt = :attempt and status = :status for share),
                        copies as (
                            update image_copy c set state = 'FAILED', error_code = :code, error_info = :info, modified_at = now()
                              from mine m where c.execution_id = m.id and c.state in ('PENDING', 'COPYING')),
                        shares as (
                            update image_share s set state = 'FAILED', error_code = :code, error_info = :info
                              from mine m join image_copy c on c.execution_id = m.id
                             where s.image_id = c.id and s.state = 'PENDING')
                        select count(*) from mine
                        """, Map.of("code", failure.code(), "info", failure.info()));
    }

    /** Shares the copy with every account that waits for it; for an account that does not exist, the share fails. */
    public void share(Attempt attempt, ImageId image) {
        fenced(attempt, """
                        with mine as (
                            select id from execution where id = :execution and attempt = :attempt and status = :status for share),
                        shares as (
                            update image_share s
                               set state = case when a.id is null then 'FAILED' else 'SHARED' end,
                                   shared_at = case when a.id is not null then now() end,
                                   error_code = case when a.id is null then 'InvalidAccount.NotFound' else '' end,
                                   error_info = case when a.id is null then 'there is no account ' || w.account_id else '' end
                              from mine m
                              join image_copy c on c.execution_id = m.id and c.id = :image and c.state = 'COPIED'
                              join image_share w on w.image_id = c.id and w.state = 'PENDING'
                              left join account a on a.id = w.account_id
                             where s.image_id = w.image_id and s.account_id = w.account_id)
                        select count(*) from mine
                        """, Map.of("image", image.value()));
    }

    /** How many copies and shares of the execution failed. */
    public int countFailed(Attempt attempt) {
        return jdbc.sql("""
                        select count(*) filter (where c.state = 'FAILED')
                             + (select count(*) from image_share s join image_copy k on k.id = s.image_id
                                 where k.execution_id = :execution and s.state = 'FAILED')
                          from image_copy c where c.execution_id = :execution
                        """)
                .param("execution", attempt.execution().value())
                .query(Integer.class)
                .single();
    }

    /** No family chooses the copy, unless its owner makes it available again. */
    public void deprecate(Attempt attempt, ImageId image) {
        write(attempt, image, "deprecated = (c.state = 'COPIED')", Map.of());
    }

    /** Makes a copy invisible before its bytes are removed. */
    public void withdraw(Attempt attempt, ImageId image) {
        write(attempt, image, "state = 'FAILED', error_code = 'Withdrawn', modified_at = now()", Map.of());
    }

    /** Deletes the rows of a copy and its shares, after its bytes are gone. */
    public void remove(Attempt attempt, ImageId image) {
        fenced(
                attempt,
                """
                        with mine as (
                            select id from execution where id = :execution and attempt = :attempt and status = :status for share),
                        gone as (
                            delete from image_copy c using mine m where c.execution_id = m.id and c.id = :image),
                        """ + FORGOTTEN + COUNTED,
                Map.of("image", image.value(), "key", ImageKeys.image(image).value()));
    }

    /**
     * A region's withdrawn copies of executions that have ended or are gone, at most this many, those first that nobody
     * has tried to remove for longest.
     */
    List<ImageId> withdrawn(RegionId region, int most) {
        return jdbc.sql("""
                        select c.id from image_copy c left join execution e on e.id = c.execution_id
                         where c.region_id = :region and c.state = 'FAILED' and c.error_code = 'Withdrawn'
                           and (e.id is null or e.finished_at is not null)
                         order by c.modified_at limit :most
                        """).param("region", region.value()).param("most", most).query(String.class).list().stream()
                .map(ImageId::new)
                .toList();
    }

    /** Deletes the row of a withdrawn copy, after its bytes are gone. */
    void forget(ImageId image) {
        jdbc.sql("delete from image_copy where id = :id and state = 'FAILED' and error_code = 'Withdrawn'")
                .param("id", image.value())
                .update();
    }

    /** The bytes of a withdrawn copy cannot be removed now: all others come first. */
    void forgetLater(ImageId image) {
        jdbc.sql("""
                        update image_copy set modified_at = now()
                         where id = :id and state = 'FAILED' and error_code = 'Withdrawn'
                        """).param("id", image.value()).update();
    }

    private void write(Attempt attempt, ImageId image, String assignments, Map<String, ?> params) {
        var all = new HashMap<String, Object>(params);
        all.put("image", image.value());
        fenced(attempt, WRITTEN.formatted(assignments) + COUNTED, all);
    }

    /** Writes to the row and deletes the intent: the copy now has a row of its own. */
    private void finish(Attempt attempt, ImageId image, String assignments, Map<String, ?> params) {
        var all = new HashMap<String, Object>(params);
        all.put("image", image.value());
        all.put("key", ImageKeys.image(image).value());
        fenced(attempt, WRITTEN.formatted(assignments) + ", " + FORGOTTEN + COUNTED, all);
    }

    private void fenced(Attempt attempt, String sql, Map<String, ?> params) {
        var mine = jdbc.sql(sql)
                .param("execution", attempt.execution().value())
                .param("attempt", attempt.number())
                .param("status", attempt.status().name())
                .params(params)
                .query(Integer.class)
                .single();
        if (mine == 0) {
            throw new SupersededException(attempt);
        }
    }

    private Target target(ResultSet row, int number) throws SQLException {
        var state = Target.State.valueOf(row.getString("state"));
        return new Target(
                new ImageId(row.getString("id")),
                new RegionId(row.getString("region_id")),
                state,
                new ImageId(row.getString("source_image_id")),
                state == Target.State.COPIED && row.getString("artifact") == null
                        ? Optional.of(new Target.Content(
                                new Digest(row.getString("digest")),
                                row.getLong("bytes"),
                                form(row),
                                json.readValue(row.getString("metadata"), ImageMetadata.class),
                                parts(row)))
                        : Optional.empty());
    }

    static ImageForm form(ResultSet row) throws SQLException {
        return new ImageForm(ImageForm.Kind.valueOf(row.getString("form")), row.getLong("disk_bytes"));
    }

    static Optional<Parts> parts(ResultSet row) throws SQLException {
        var digests = row.getArray("part_digests");
        return digests == null
                ? Optional.empty()
                : Optional.of(new Parts(
                        row.getInt("part_length"),
                        Stream.of((String[]) digests.getArray())
                                .map(Digest::new)
                                .toList()));
    }
}
