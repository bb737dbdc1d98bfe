package dev.kiln.api.template;

import dev.kiln.account.AccountId;
import dev.kiln.image.ImageForm;
import dev.kiln.template.Template;
import dev.kiln.template.TemplateId;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Tells whether a template has something to be built on. */
@Component
public final class SourceImages {

    /** Of a template t and an image i in a statement, whether the image is one that the template's family has. */
    public static final String IN_FAMILY = """
            i.family = t.base_image and i.family <> '' and i.account_id = t.account_id
                and i.region_id = t.region_id and i.state = 'COPIED' and not i.deprecated
                and i.artifact is null
                and t.base_image_type = 'IMAGE_FAMILY'
            """;

    /**
     * Of a template t in a statement, whether its base image is there and its owner may read it. A family is one's own:
     * otherwise a stranger could slip an image under it by sharing. An import looks for its object at the start.
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
                  and i.region_id = t.region_id and i.state = 'COPIED' and not i.deprecated
                  and i.artifact is null)
            else true end
            """;

    private final JdbcClient jdbc;

    SourceImages(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What the template's next build would begin with.
     *
     * @param kernel whether an archive has a kernel; nothing when nobody has looked
     */
    record Base(String image, ImageForm.Kind form, Optional<Boolean> kernel) {}

    /** The base image of the template as it is now; none when it is to be imported, or is not there. */
    Optional<Base> baseOf(TemplateId template, AccountId account) {
        return jdbc.sql("""
                        select i.id, i.form, i.metadata ->> 'kernel' as kernel
                          from template t join image_copy i on i.region_id = t.region_id and i.state = 'COPIED'
                               and i.artifact is null
                         where t.id = :template and t.account_id = :account
                           and case t.base_image_type
                               when 'IMAGE' then i.id = t.base_image
                               when 'IMAGE_FAMILY' then i.family = t.base_image and i.account_id = t.account_id
                                                        and not i.deprecated
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

    /** Whether the base image is there, and the template's owner may read it. */
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
