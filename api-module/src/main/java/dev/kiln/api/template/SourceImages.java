package dev.kiln.api.template;

import dev.kiln.account.AccountId;
import dev.kiln.image.FamilyImages;
import dev.kiln.image.ImageForm;
import dev.kiln.template.Template;
import dev.kiln.template.TemplateId;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Finds the images that templates build on. */
@Component
public final class SourceImages {

    /** Condition on a template t and an image i: the image is in the template's family. */
    public static final String IN_FAMILY = """
            i.family = t.base_image and i.family <> '' and i.account_id = t.account_id
                and i.region_id = t.region_id and t.base_image_type = 'IMAGE_FAMILY'
                and\s""" + FamilyImages.CHOOSABLE;

    /**
     * Condition on a template t: its base image exists and its owner can read it. Only the owner's images count for a
     * family: otherwise a stranger could slip in an image by sharing it. An import looks for its object at the start.
     */
    public static final String ARE_THERE = """
            case t.base_image_type
            when 'IMAGE' then exists (select from image_copy i
                where i.id = t.base_image and i.region_id = t.region_id and i.state = 'COPIED'
                  and i.artifact is null
                  and i.error_code <> 'Deleting'
                  and (i.account_id = t.account_id or exists (select from image_share s
                      where s.image_id = i.id and s.account_id = t.account_id and s.state = 'SHARED')))
            when 'IMAGE_FAMILY' then exists (select from image_copy i
                where i.family = t.base_image and i.family <> '' and i.account_id = t.account_id
                  and i.region_id = t.region_id and\s""" + FamilyImages.CHOOSABLE + """
                )
            else true end
            """;

    private final JdbcClient jdbc;

    SourceImages(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What the template's next build would begin with.
     *
     * @param kernel whether an archive has a kernel; empty if it has not been inspected
     */
    record Base(String image, ImageForm.Kind form, Optional<Boolean> kernel) {}

    /** The template's current base image; empty if it is to be imported, does not exist, or is not shared any more. */
    Optional<Base> baseOf(TemplateId template, AccountId account) {
        return jdbc.sql("""
                        select i.id, i.form, i.metadata ->> 'kernel' as kernel
                          from template t join image_copy i on i.region_id = t.region_id and i.state = 'COPIED'
                               and i.artifact is null
                         where t.id = :template and t.account_id = :account
                           and case t.base_image_type
                               when 'IMAGE' then i.id = t.base_image
                                 and (i.account_id = t.account_id or exists (select from image_share s
                                      where s.image_id = i.id and s.account_id = t.account_id and s.state = 'SHARED'))
                               when 'IMAGE_FAMILY' then i.family = t.base_image and i.account_id = t.account_id
                                 and\s""" + FamilyImages.CHOOSABLE + """
                               else false end
                         order by i.created_at desc, i.id desc
                         limit 1
                        """)
                .param("template", template.value())
                .param("account", account.value())
                .query((row, number) -> new Base(
                        row.getString("id"),
                        ImageForm.Kind.valueOf(row.getString("form")),
                        Optional.ofNullable(row.getString("kernel")).map(Boolean::valueOf)))
                .optional();
    }

    /** Whether the base image exists and the template's owner can read it. */
    public boolean exists(Template template) {
        return jdbc.sql("select " + ARE_THERE + """
                        from (values (:type, :image, :account, :region))
                          as t (base_image_type, base_image, account_id, region_id)
                        """)
                .param("type", template.baseImageType().name())
                .param("image", template.baseImage())
                .param("account", template.account().value())
                .param("region", template.region().value())
                .query(Boolean.class)
                .single();
    }
}
