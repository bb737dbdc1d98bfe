package dev.kiln.reaper;

import dev.kiln.region.RegionId;
import dev.kiln.region.StoredItem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What the rows say about objects in regions: images, contexts of templates, layers of builds, cached steps, old logs.
 */
public final class StoredThings {

    private static final int PORTION = 1000;

    private static final String BELONGING = """
            with intents as (
                select coalesce(bool_or(alive), false) as alive, count(*) > 0 as begun
                  from intent_state where place = :region and name = :key)
            select case
                when alive then 'IN_USE'
                when :object and (
                    exists (select from image_copy where id = :image and region_id = :region
                               and state = 'COPIED' and digest = 'sha256:' || :name)
                    or exists (select from template where id = :template and region_id = :region
                                  and :key = 'contexts/' || id || '/' || :name
                                  and context_digest = 'sha256:' || :name)
                    or exists (select from cached_step where key = :step and region_id = :region
                                  and digest = 'sha256:' || :name)
                    or exists (select from moved_log where execution_id = :log and region_id = :region
                                  and digest = 'sha256:' || :name)) then 'WANTED'
                when :object and exists (
                    select from image_copy c join execution e on e.id = c.execution_id
                     where c.id = :image and e.finished_at is null) then 'IN_USE'
                -- What an attempt has left of a copy, the next goes on with; the image at home is made anew.
                when not :object and exists (
                    select from image_copy c join execution e on e.id = c.execution_id
                     where c.id = :image and c.id <> e.image_id and c.state in ('PENDING', 'COPYING')
                       and e.finished_at is null) then 'IN_USE'
                when exists (
                    select from image_copy where id = :image and region_id = :region
                       and (copy_of is not null or import_object is not null) and state in ('PENDING', 'COPYING')) then 'IN_USE'
                when exists (select from execution where id = :layers and finished_at is null) then 'IN_USE'
                when :object and (
                    exists (select from image_copy where id = :image and state = 'COPIED' and digest = 'sha256:' || :name)
                    or exists (select from template where id = :template
                                  and :key = 'contexts/' || id || '/' || :name
                                  and context_digest = 'sha256:' || :name)
                    or exists (select from moved_log where execution_id = :log
                                  and digest = 'sha256:' || :name)) then 'ELSEWHERE'
                -- What an image consists of is decided once: other bytes are of an attempt that came too late.
                when :object and exists (
                    select from image_copy where id = :image and region_id = :region and state = 'COPIED') then 'LEFT'
                when begun or :layers <> '' then 'LEFT'
                else 'UNKNOWN' end
              from intents
            """;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public StoredThings(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /** What the rows say about an object. */
    enum Belonging {
        /** A row names exactly this. */
        WANTED,
        /** A live process may be working on it. */
        IN_USE,
        /** A row names exactly this, and another region: that one's directory may have been this one's. */
        ELSEWHERE,
        /** Somebody was at work on it, and has left it behind. */
        LEFT,
        /** No row mentions it. */
        UNKNOWN
    }

    /** Removes an object; the proof throws when the locks have ended, as they do in a process that was halted. */
    @FunctionalInterface
    interface Removal {
        void run(Runnable proof) throws IOException;
    }

    /** Takes the key of an object and its digest in hexadecimal. */
    @FunctionalInterface
    interface Each {
        void take(String key, String digest);
    }

    /** Passes on all objects that the region must have; only some of them are in memory at a time. */
    void expected(RegionId region, Each each) {
        // The driver reads in portions only within a transaction.
        transaction.executeWithoutResult(status -> jdbc.sql("""
                        select 'images/' || id as key, substr(digest, 8) as digest from image_copy
                         where region_id = :region and state = 'COPIED' and artifact is null
                        union all
                        select 'contexts/' || id || '/' || substr(context_digest, 8), substr(context_digest, 8) from template
                         where region_id = :region and context_digest is not null
                        union all
                        select 'steps/' || key, substr(digest, 8) from cached_step
                         where region_id = :region and digest is not null
                        union all
                        select 'logs/' || execution_id, substr(digest, 8) from moved_log where region_id = :region
                        """)
                .param("region", region.value())
                .withFetchSize(PORTION)
                .query((RowCallbackHandler) row -> each.take(row.getString("key"), row.getString("digest"))));
    }

    /** What the rows say now about an object listed earlier, which cannot belong to work that begins only now. */
    Belonging belonging(RegionId region, StoredItem item) {
        return jdbc.sql(BELONGING)
                .params(known(region, item))
                .query((row, number) -> Belonging.valueOf(row.getString(1)))
                .single();
    }

    /**
     * Removes an object without an owner, under the locks of all rows that could claim it meanwhile: its image, its
     * template, its execution. False when it has been claimed.
     */
    boolean removeObject(RegionId region, StoredItem object, Removal removal) throws IOException {
        try {
            return Boolean.TRUE.equals(transaction.execute(status -> {
                lock(owners(object.key()));
                var belonging = belonging(region, object);
                if (belonging != Belonging.LEFT && belonging != Belonging.UNKNOWN) {
                    return false;
                }
                try {
                    removal.run(this::requireTransaction);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return true;
            }));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Fails when the server has ended the transaction, and its locks with it. */
    private void requireTransaction() {
        jdbc.sql("select 1").query(Integer.class).single();
    }

    private void lock(Map<String, String> owners) {
        for (var statement : List.of(
                "select id from template where id = :template for update",
                "select id from execution where id = :layers for update",
                "select e.id from execution e join image_copy c on c.execution_id = e.id where c.id = :image for update of e",
                "select id from image_copy where id = :image for update",
                "select key from cached_step where key = :step for update",
                "select id from execution where id = :log for update")) {
            jdbc.sql(statement).params(owners).query(String.class).list();
        }
    }

    private static Map<String, Object> known(RegionId region, StoredItem item) {
        var known = new HashMap<String, Object>(owners(item.key()));
        known.putAll(
                Map.of("region", region.value(), "key", item.key(), "name", item.name(), "object", item.isObject()));
        return known;
    }

    // Keys: images/IMAGE, contexts/TEMPLATE/DIGEST, layers/EXECUTION/…, steps/KEY, logs/EXECUTION
    private static Map<String, String> owners(String key) {
        var parts = key.split("/", -1);
        var owners = new HashMap<>(Map.of("image", "", "template", "", "layers", "", "step", "", "log", ""));
        if (parts.length > 1) {
            switch (parts[0]) {
                case "images" -> owners.put("image", parts[1]);
                case "contexts" -> owners.put("template", parts[1]);
                case "layers" -> owners.put("layers", parts[1]);
                case "logs" -> owners.put("log", parts[1]);
                case "steps" -> owners.put("step", parts[1]);
                default -> {}
            }
        }
        return owners;
    }

    /**
     * Gives up uploads of images whose process is gone: they become invisible, and no late write of that process can
     * make them available. Their rows are deleted with those of deleted images.
     */
    void giveUpUploads(RegionId region) {
        jdbc.sql("""
                        update image_copy c set state = 'FAILED', error_code = 'Deleting', modified_at = now()
                          from intent_state i
                         where i.kind = 'UPLOAD' and i.place = :region and not i.alive and i.name = 'images/' || c.id
                           and c.region_id = :region and c.state = 'COPYING' and c.execution_id is null
                        """).param("region", region.value()).update();
    }
}
