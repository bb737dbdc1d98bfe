package dev.kiln.component;

import dev.kiln.account.AccountId;
import dev.kiln.region.RegionId;
import dev.kiln.template.BuildContent;
import dev.kiln.template.ComponentId;
import dev.kiln.template.ComponentReference;
import dev.kiln.template.TemplateId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** Stores components and which templates use them. */
public final class Components {

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final ComponentRows rows;

    public Components(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
        this.rows = new ComponentRows(json);
    }

    /** Stores a new component, created at the database's time. False when this name and version exist already. */
    public boolean add(Component component) {
        var version = component.version();
        return jdbc.sql("""
                        insert into component (id, account_id, region_id, name, description, type, major, minor, patch,
                                               content, tags, kept)
                        values (:id, :account, :region, :name, :description, :type, :major, :minor, :patch,
                                :content, cast(:tags as jsonb), cast(:kept as jsonb))
                        on conflict on constraint component_version_once do nothing
                        """)
                        .param("id", component.id().value())
                        .param("account", component.account().value())
                        .param("region", component.region().value())
                        .param("name", component.name())
                        .param("description", component.description())
                        .param("type", component.type().name())
                        .param("major", version.major())
                        .param("minor", version.minor())
                        .param("patch", version.patch())
                        .param("content", component.content())
                        .param("tags", json.writeValueAsString(component.tags()))
                        .param("kept", json.writeValueAsString(component.kept()))
                        .update()
                == 1;
    }

    /** The version for a component sent without one: the next major version; empty when there is no higher one. */
    public Optional<ComponentVersion> nextVersion(AccountId account, RegionId region, String name) {
        var major = jdbc.sql("""
                        select coalesce(max(major), 0) + 1 from component
                         where account_id = :account and region_id = :region and name = :name
                        """)
                .param("account", account.value())
                .param("region", region.value())
                .param("name", name)
                .query(Integer.class)
                .single();
        return Optional.of(new ComponentVersion(major, 0, 0)).filter(next -> next.major() <= ComponentVersion.HIGHEST);
    }

    /** The account's component. */
    public Optional<Component> find(ComponentId id, AccountId account) {
        return find(id, account, "");
    }

    /** The account's component, locked until the transaction ends so that no template can start using it. */
    public Optional<Component> lock(ComponentId id, AccountId account) {
        return find(id, account, "for update");
    }

    private Optional<Component> find(ComponentId id, AccountId account, String lock) {
        return jdbc.sql("select * from component where id = :id and account_id = :account " + lock)
                .param("id", id.value())
                .param("account", account.value())
                .query(rows)
                .optional();
    }

    /**
     * The component that a template of this account and region currently means, protected from deletion until the
     * transaction ends. Other accounts' components are not found.
     */
    public Optional<Component> resolve(ComponentReference reference, AccountId account, RegionId region) {
        if (reference instanceof ComponentReference.ById byId) {
            return find(byId.id(), account, "for key share");
        }
        var named = (ComponentReference.ByName) reference;
        if (!named.account().orElse(account).equals(account)) {
            return Optional.empty();
        }
        var version = named.version();
        return jdbc.sql("""
                        select * from component
                         where account_id = :account and region_id = :region and name = :name
                           and major = coalesce(:major, major) and minor = coalesce(:minor, minor)
                           and patch = coalesce(:patch, patch)
                         order by major desc, minor desc, patch desc limit 1 for key share
                        """)
                .param("account", account.value())
                .param("region", named.region().orElse(region).value())
                .param("name", named.name())
                .param("major", orNull(version.major()), java.sql.Types.INTEGER)
                .param("minor", orNull(version.minor()), java.sql.Types.INTEGER)
                .param("patch", orNull(version.patch()), java.sql.Types.INTEGER)
                .query(rows)
                .optional();
    }

    /** Records the components that a new template's content names, in the transaction that stores the template. */
    public void use(
            TemplateId template, RegionId region, BuildContent.Kind content, List<ComponentReference> references) {
        int position = 0;
        for (var reference : references) {
            var named = reference instanceof ComponentReference.ByName byName ? byName : null;
            var statement = jdbc.sql("""
                            insert into template_component
                                (template_id, content, position, component_id, region_id, name, major, minor, patch)
                            values (:template, :content, :position, :component, :region, :name, :major, :minor, :patch)
                            """)
                    .param("template", template.value())
                    .param("content", content.name())
                    .param("position", ++position)
                    .param(
                            "component",
                            reference instanceof ComponentReference.ById byId
                                    ? byId.id().value()
                                    : null)
                    .param(
                            "region",
                            named == null ? null : named.region().orElse(region).value())
                    .param("name", named == null ? null : named.name());
            statement
                    .param(
                            "major",
                            named == null ? null : orNull(named.version().major()),
                            java.sql.Types.INTEGER)
                    .param(
                            "minor",
                            named == null ? null : orNull(named.version().minor()),
                            java.sql.Types.INTEGER)
                    .param(
                            "patch",
                            named == null ? null : orNull(named.version().patch()),
                            java.sql.Types.INTEGER)
                    .update();
        }
    }

    /**
     * Whether the component is in use: a template names it by id, or by a name and version pattern whose newest match
     * it is, or an unfinished execution has chosen it.
     */
    public boolean isInUse(ComponentId id) {
        return jdbc.sql("""
                        select exists (select from template_component where component_id = :id)
                            or exists (select from execution_component used
                                         join execution e on e.id = used.execution_id
                                        where used.component_id = :id and e.finished_at is null)
                            or exists (
                               select from component c
                                 join template_component used on used.name = c.name and used.region_id = c.region_id
                                 join template t on t.id = used.template_id and t.account_id = c.account_id
                                where c.id = :id and (
                                      select n.id from component n
                                       where n.account_id = c.account_id and n.region_id = c.region_id and n.name = c.name
                                         and n.major = coalesce(used.major, n.major)
                                         and n.minor = coalesce(used.minor, n.minor)
                                         and n.patch = coalesce(used.patch, n.patch)
                                       order by n.major desc, n.minor desc, n.patch desc limit 1) = c.id)
                        """).param("id", id.value()).query(Boolean.class).single();
    }

    /** Removes a component that is not in use, also from the records of finished executions. */
    public void delete(ComponentId id) {
        jdbc.sql("delete from component where id = :id").param("id", id.value()).update();
    }

    private static @Nullable Integer orNull(OptionalInt part) {
        return part.isPresent() ? part.getAsInt() : null;
    }
}
