package dev.kiln.api.image;

import dev.kiln.account.AccountId;
import dev.kiln.image.ImageId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Stores which accounts besides its owner can read an image. */
@Component
final class Shares {

    private final JdbcClient jdbc;

    Shares(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** An account that can read the image, and since when. */
    record Share(AccountId account, Instant since) {}

    int count(ImageId image) {
        return jdbc.sql("select count(*) from image_share where image_id = :image and state = 'SHARED'")
                .param("image", image.value())
                .query(Integer.class)
                .single();
    }

    List<Share> list(ImageId image, int limit, long offset) {
        return jdbc.sql("""
                select account_id, shared_at from image_share where image_id = :image and state = 'SHARED'
                order by shared_at, account_id limit :limit offset :offset
                """)
                .param("image", image.value())
                .param("limit", limit)
                .param("offset", offset)
                .query((row, number) -> new Share(
                        new AccountId(row.getLong(1)),
                        row.getObject(2, OffsetDateTime.class).toInstant()))
                .list();
    }

    /** Shares with the account; if it is shared already, the original time stays. */
    void add(ImageId image, AccountId account) {
        jdbc.sql("""
                insert into image_share (image_id, account_id, state, shared_at)
                values (:image, :account, 'SHARED', now())
                on conflict (image_id, account_id) do update
                    set state = 'SHARED', shared_at = now(), error_code = '', error_info = ''
                    where image_share.state <> 'SHARED'
                """)
                .param("image", image.value())
                .param("account", account.value())
                .update();
    }

    void remove(ImageId image, Collection<AccountId> accounts) {
        jdbc.sql("delete from image_share where image_id = :image and account_id = any(:accounts)")
                .param("image", image.value())
                .param("accounts", accounts.stream().map(AccountId::value).toArray(Long[]::new))
                .update();
    }
}
