package dev.kiln.worker.region;

import dev.kiln.image.Digest;
import dev.kiln.image.FamilyImages;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageMetadata;
import dev.kiln.template.Template;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * Images that a build can start from: those of the template's region that its account owns or can read through a share.
 */
public final class SourceImages {

    private static final String NAMED = """
            select id, digest, bytes, form, disk_bytes, metadata from image_copy c
             where id = :base and region_id = :region and state = 'COPIED' and artifact is null
               and (account_id = :account or exists (
                    select from image_share s
                     where s.image_id = c.id and s.account_id = :account and s.state = 'SHARED'))
            """;

    private static final String NEWEST_OF_FAMILY = """
            select id, digest, bytes, form, disk_bytes, metadata from image_copy i
             where region_id = :region and family = :base and family <> '' and account_id = :account
               and\s""" + FamilyImages.CHOOSABLE + """
             order by created_at desc, id desc
             limit 1
            """;

    private final JdbcClient jdbc;
    private final JsonMapper json = new JsonMapper();

    public SourceImages(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A readable image and its content. */
    public record BaseImage(ImageId id, Target.Content content) {}

    /**
     * The image that the template names, or the newest of the family that it names. A family contains only the
     * account's own images; otherwise a stranger could share an image into it and so become the base of others' builds.
     */
    public Optional<BaseImage> choose(Template template) {
        // One statement for both would have one plan, which could use neither index.
        var statement = template.baseImageType() == Template.BaseImageType.IMAGE_FAMILY ? NEWEST_OF_FAMILY : NAMED;
        return jdbc.sql(statement)
                .param("region", template.region().value())
                .param("base", template.baseImage())
                .param("account", template.account().value())
                .query(this::baseImage)
                .optional();
    }

    /** The image with this id, if it still exists. Its reader's right was checked when it was chosen. */
    public Optional<BaseImage> find(ImageId id) {
        return jdbc.sql("""
                        select id, digest, bytes, form, disk_bytes, metadata from image_copy
                         where id = :id and state = 'COPIED' and artifact is null
                        """).param("id", id.value()).query(this::baseImage).optional();
    }

    private BaseImage baseImage(ResultSet row, int number) throws SQLException {
        return new BaseImage(
                new ImageId(row.getString("id")),
                new Target.Content(
                        new Digest(row.getString("digest")),
                        row.getLong("bytes"),
                        Targets.form(row),
                        json.readValue(row.getString("metadata"), ImageMetadata.class),
                        Optional.empty()));
    }
}
