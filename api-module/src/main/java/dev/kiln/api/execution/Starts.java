package dev.kiln.api.execution;

import dev.kiln.api.operation.Call;
import dev.kiln.api.rpc.ClientTokens;
import dev.kiln.api.rpc.NewId;
import dev.kiln.api.template.SourceImages;
import dev.kiln.execution.ExecutionId;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import dev.kiln.template.Tag;
import dev.kiln.template.TemplateId;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Starts of executions that nothing speaks against, in one statement: most are of that kind. */
@Component
final class Starts {

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Regions regions;

    Starts(JdbcClient jdbc, JsonMapper json, Regions regions) {
        this.jdbc = jdbc;
        this.json = json;
        this.regions = regions;
    }

    /** What is to be started. */
    record Wanted(TemplateId template, RegionId region, List<Tag> tags) {}

    private static final String START = """
            with startable as (
                select t.id, t.account_id, t.region_id
                  from template t
                 where t.id = :template and t.account_id = :account and t.region_id = :region
                   and array_prepend(t.region_id, t.to_region_ids) <@ cast(:regions as text[])
                   and t.base_image_type <> 'OSS' and\s""" + SourceImages.ARE_THERE + """
                   and not exists (select from template_component c where c.template_id = t.id)
                   and not exists (select from execution e where e.template_id = t.id and e.finished_at is null)),
            token as (
                insert into client_token (account_id, operation, token, request_digest, result_id)
                select account_id, :operation, cast(:token as text), :digest, :id from startable
                 where cast(:token as text) is not null
                on conflict do nothing
                returning token),
            started as (
                insert into execution (id, template_id, account_id, region_id, image_id, status, message, tags)
                select :id, id, account_id, region_id, :image, 'PREPARING', 'accepted', cast(:tags as jsonb)
                  from startable
                 where cast(:token as text) is null or exists (select from token)
                returning *),
            event as (
                insert into execution_event
                       (execution_id, template_id, account_id, sequence, to_status, attempt, message, rings)
                select id, template_id, account_id, version, status, attempt, message, true from started)
            select id from started
            """;

    /**
     * Starts an execution, and remembers what the client token of the call was answered. Empty, and nothing was
     * written, when something may speak against it: components and imports are not looked at here.
     */
    Optional<ExecutionId> atOnce(Call call, Wanted wanted) {
        var token = ClientTokens.find(call);
        try {
            return jdbc.sql(START)
                    .param("id", NewId.execution().value())
                    .param("image", NewId.image().value())
                    .param("template", wanted.template().value())
                    .param("account", call.account().value())
                    .param("region", wanted.region().value())
                    .param(
                            "regions",
                            regions.ids().stream().map(RegionId::value).toArray(String[]::new))
                    .param("operation", call.operation())
                    .param("token", token.map(ClientTokens.Token::text).orElse(null))
                    .param("digest", token.map(ClientTokens.Token::digest).orElse(""))
                    .param("tags", json.writeValueAsString(wanted.tags()))
                    .query(String.class)
                    .optional()
                    .map(ExecutionId::new);
        } catch (DataIntegrityViolationException e) {
            // Another start was faster, or the template was deleted: nothing was written.
            return Optional.empty();
        }
    }
}
