package dev.kiln.image.packages;

import dev.kiln.image.Digest;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is installed in images, by their content: copies of an image, and equal images, have it in common. */
public final class ImagePackages {

    private final JdbcClient jdbc;

    public ImagePackages(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Notes what is in an image of that content. */
    public void keep(Digest digest, PackageList packages) {
        jdbc.sql("""
                        insert into image_packages (digest, number, content) values (:digest, :number, :content)
                        on conflict (digest) do update set made_at = excluded.made_at
                         where image_packages.made_at < excluded.made_at - interval '1 hour'
                        """)
                .param("digest", digest.value())
                .param("number", packages.packages().size())
                .param("content", packages.toBytes())
                .update();
    }

    /** What is in an image of that content, if anybody has noted it. */
    public Optional<PackageList> find(Digest digest) {
        return jdbc.sql("select content from image_packages where digest = :digest")
                .param("digest", digest.value())
                .query((row, number) -> PackageList.of(row.getBytes("content")))
                .optional();
    }

    /** Forgets what was in images that are not there any more. */
    public int purge() {
        return jdbc.sql("""
                        delete from image_packages p
                         where p.made_at < now() - interval '1 day'
                           and not exists (select from image_copy c where c.digest = p.digest)
                        """).update();
    }
}
