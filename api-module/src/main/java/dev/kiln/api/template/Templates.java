package dev.kiln.api.template;

import dev.kiln.account.AccountId;
import dev.kiln.api.operation.Tags;
import dev.kiln.api.relay.Outbox;
import dev.kiln.api.rpc.PagingTokens;
import dev.kiln.api.rpc.PagingTokens.Position;
import dev.kiln.image.ImageForm;
import dev.kiln.region.RegionId;
import dev.kiln.template.Sysprep;
import dev.kiln.template.Tag;
import dev.kiln.template.Template;
import dev.kiln.template.TemplateId;
import dev.kiln.template.TemplateRows;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Stores templates. */
@Component
public final class Templates {

    // The number of executions, with all their rows, that can be deleted within half a second.
    private static final int PART = 2000;

    private final JdbcClient jdbc;
    private final TemplateRows rows;
    private final JsonMapper json;

    Templates(JdbcClient jdbc, TemplateRows rows, JsonMapper json) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.json = json;
    }

    /** Stores a new template; its creation time is the database's. */
    void add(Template template) {
        var options = template.imageOptions();
        jdbc.sql("""
                insert into template (id, account_id, region_id, name, description, base_image_type, base_image,
                    build_content, test_content, image_name, image_name_suffix, image_family, image_description,
                    image_tags, network_mbit, disk_gib, to_region_ids, add_accounts, tags, kept)
                values (:id, :account, :region, :name, :description, :baseImageType, :baseImage,
                    :buildContent, :testContent, :imageName, :imageNameSuffix, :imageFamily, :imageDescription,
                    cast(:imageTags as jsonb), :networkMbit, :diskGib, :toRegions, :addAccounts,
                    cast(:tags as jsonb), cast(:kept as jsonb))
                """)
                .param("id", template.id().value())
                .param("account", template.account().value())
                .param("region", template.region().value())
                .param("name", template.name())
                .param("description", template.description())
                .param("baseImageType", template.baseImageType().name())
                .param("baseImage", template.baseImage())
                .param("buildContent", template.buildContent())
                .param("testContent", template.testContent())
                .param("imageName", options.name())
                .param("imageNameSuffix", options.suffix())
                .param("imageFamily", options.family())
                .param("imageDescription", options.description())
                .param("imageTags", json.writeValueAsString(options.tags()))
                .param("networkMbit", template.networkMbit())
                .param("diskGib", template.diskGib())
                .param(
                        "toRegions",
                        template.toRegions().stream().map(RegionId::value).toArray(String[]::new))
                .param(
                        "addAccounts",
                        template.addAccounts().stream().map(AccountId::value).toArray(Long[]::new))
                .param("tags", json.writeValueAsString(template.tags()))
                .param("kept", json.writeValueAsString(template.kept()))
                .update();
    }

    /** The account's template, protected against deletion until the transaction ends. */
    public Optional<Template> hold(TemplateId id, AccountId account) {
        return find(id, account, "for key share");
    }

    /** The account's template, locked until the transaction ends, so that no execution of it can start. */
    public Optional<Template> lock(TemplateId id, AccountId account) {
        return find(id, account, "for update");
    }

    public Optional<Template> find(TemplateId id, AccountId account) {
        return find(id, account, "");
    }

    private Optional<Template> find(TemplateId id, AccountId account, String lock) {
        return jdbc.sql("select * from template where id = :id and account_id = :account " + lock)
                .param("id", id.value())
                .param("account", account.value())
                .query(rows)
                .optional();
    }

    /** The region of each of the account's templates, by template id. */
    public Map<String, String> regions(AccountId account) {
        var regions = new HashMap<String, String>();
        jdbc.sql("select id, region_id from template where account_id = :account")
                .param("account", account.value())
                .query(row -> {
                    regions.put(row.getString("id"), row.getString("region_id"));
                });
        return regions;
    }

    boolean hasRunningExecution(TemplateId id) {
        return jdbc.sql("select exists (select from execution where template_id = :id and finished_at is null)")
                .param("id", id.value())
                .query(Boolean.class)
                .single();
    }

    /** Whether the template has more executions than can be removed at once. */
    boolean hasLongHistory(TemplateId id) {
        return jdbc.sql(
                        "select count(*) > :most from (select from execution where template_id = :id limit :most + 1) e")
                .param("id", id.value())
                .param("most", PART)
                .query(Boolean.class)
                .single();
    }

    /** Removes some of the template's finished executions, the oldest; false if none was left. */
    boolean deletePartOfHistory(TemplateId id) {
        lockHistory(id);
        return jdbc.sql("""
                        with gone as (
                            -- For update: one that is reopened meanwhile is seen to run.
                            select id from execution where template_id = :id and finished_at is not null
                             order by created_at, id limit :most for update),
                        events as (
                            delete from execution_event v using gone
                             where v.execution_id = gone.id and v.published_at is not null)
                        delete from execution e using gone where e.id = gone.id
                        """).param("id", id.value()).param("most", PART).update() > 0;
    }

    /** Removes the template, its executions, and their published events. Images stay. */
    void delete(TemplateId id) {
        lockHistory(id);
        // By execution: events have no index by template.
        jdbc.sql("""
                delete from execution_event v using execution e
                where e.template_id = :id and v.execution_id = e.id and v.published_at is not null
                """).param("id", id.value()).update();
        jdbc.sql("delete from template where id = :id").param("id", id.value()).update();
    }

    private void lockHistory(TemplateId id) {
        jdbc.sql("select pg_advisory_xact_lock(" + Outbox.HISTORY_LOCK.formatted(":id") + ")")
                .param("id", id.value())
                .query()
                .listOfRows();
    }

    void setContext(TemplateId id, String digest) {
        jdbc.sql("update template set context_digest = :digest where id = :id")
                .param("digest", digest)
                .param("id", id.value())
                .update();
    }

    /** Sets the maximum age of steps from the step cache; false if the account has no such template. */
    boolean setStepCacheAge(TemplateId id, AccountId account, Duration age) {
        return jdbc.sql("update template set step_cache_seconds = :seconds where id = :id and account_id = :account")
                        .param("seconds", age.toSeconds())
                        .param("id", id.value())
                        .param("account", account.value())
                        .update()
                == 1;
    }

    /** Sets the form of the template's images; false if the account has no such template. */
    boolean setOutputForm(TemplateId id, AccountId account, ImageForm.Kind form) {
        return jdbc.sql("update template set output_form = :form where id = :id and account_id = :account")
                        .param("form", form.name())
                        .param("id", id.value())
                        .param("account", account.value())
                        .update()
                == 1;
    }

    /** Sets whether only workers with KVM test in a machine; false if the account has no such template. */
    boolean setNeedsKvm(TemplateId id, AccountId account, boolean needed) {
        return jdbc.sql("update template set needs_kvm = :needed where id = :id and account_id = :account")
                        .param("needed", needed)
                        .param("id", id.value())
                        .param("account", account.value())
                        .update()
                == 1;
    }

    /**
     * Sets the file of its context that Packer builds, if any. False unless the account has such a template with
     * neither commands nor accounts to share with.
     */
    boolean setPackerFile(TemplateId id, AccountId account, Optional<String> file) {
        return jdbc.sql("""
                        update template set packer_file = :file
                         where id = :id and account_id = :account
                           and (cast(:file as text) is null
                                or build_content = '' and test_content = '' and add_accounts = '{}')
                        """)
                        .param("file", file.orElse(null))
                        .param("id", id.value())
                        .param("account", account.value())
                        .update()
                == 1;
    }

    /** Sets what builds on disks remove at their end; false if the account has no such template. */
    boolean setSysprep(TemplateId id, AccountId account, Set<Sysprep> removed) {
        return jdbc.sql("update template set sysprep = :removed where id = :id and account_id = :account")
                        .param("removed", removed.stream().map(Sysprep::word).toArray(String[]::new))
                        .param("id", id.value())
                        .param("account", account.value())
                        .update()
                == 1;
    }

    /** The filter of a listing; empty lists and texts do not filter. */
    record Filter(
            AccountId account, RegionId region, List<String> ids, String name, String resourceGroup, List<Tag> tags) {}

    private static final String MATCHING = """
            from template
            where account_id = :account and region_id = :region
              and (cardinality(cast(:ids as text[])) = 0 or id = any(cast(:ids as text[])))
              and (:name = '' or name = :name)
              and (:resourceGroup = '' or kept ->> 'ResourceGroupId' = :resourceGroup)
              and tags @> cast(:tags as jsonb)
            """;

    int count(Filter filter) {
        return bind(jdbc.sql("select count(*) " + MATCHING), filter)
                .query(Integer.class)
                .single();
    }

    /** How many of the next {@code limit} templates behind the position a page can hold; at least one. */
    int fitting(Filter filter, Position after, int limit) {
        var fitting = bind(jdbc.sql("""
                        select count(*) from (
                            select sum(octet_length(cast(template as text))) over (
                                       order by created_at desc, id desc
                                       rows between unbounded preceding and 1 preceding) as before
                        """ + MATCHING + """
                              and (created_at, id) < (:createdAt, :id)
                            order by created_at desc, id desc limit :limit) templates
                        where coalesce(before, 0) < :bytes
                        """), filter)
                .param("createdAt", after.time())
                .param("id", after.id())
                .param("limit", limit)
                .param("bytes", PagingTokens.PAGE_BYTES)
                .query(Integer.class)
                .single();
        return Math.max(1, fitting);
    }

    /** At most {@code limit} templates behind the position, newest first. */
    List<Template> list(Filter filter, Position after, int limit) {
        return bind(jdbc.sql("select * " + MATCHING + """
                              and (created_at, id) < (:createdAt, :id)
                            order by created_at desc, id desc limit :limit
                            """), filter)
                .param("createdAt", after.time())
                .param("id", after.id())
                .param("limit", limit)
                .query(rows)
                .list();
    }

    private StatementSpec bind(StatementSpec statement, Filter filter) {
        return statement
                .param("account", filter.account().value())
                .param("region", filter.region().value())
                .param("ids", filter.ids().toArray(String[]::new))
                .param("name", filter.name())
                .param("resourceGroup", filter.resourceGroup())
                .param("tags", json.writeValueAsString(Tags.filter(filter.tags())));
    }
}
