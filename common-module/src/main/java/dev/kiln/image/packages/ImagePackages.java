package dev.kiln.image.packages;

import dev.kiln.image.Digest;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The installed packages of images, by content: copies and equal images share one list. */
public final class ImagePackages {

    private final JdbcClient jdbc;

    public ImagePackages(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Stores the packages of an image with this content. */
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

    /**
     * The packages of an image with this content, if they were stored; longer lists than are stored now do not count.
     */
    public Optional<PackageList> find(Digest digest) {
        return jdbc.sql("select content from image_packages where digest = :digest")
                .param("digest", digest.value())
                .query((row, number) -> row.getBytes("content"))
                .optional()
                .filter(PackageList::fits)
                .map(PackageList::of);
    }

    /** Deletes the lists of images that no longer exist. */
    public int purge() {
        return jdbc.sql("""
                        delete from image_packages p
                         where p.made_at < now() - interval '1 day'
                           and not exists (select from image_copy c where c.digest = p.digest)
                        """).update();
    }
}
