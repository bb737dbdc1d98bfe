package dev.kiln.api.schedule;

import dev.kiln.account.AccountId;
import dev.kiln.api.template.SourceImages;
import dev.kiln.template.TemplateId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Templates that are started when the newest image of their base family differs from the one last decided on. It
 * compares the present state, so that no change is missed, whoever makes, withdraws or deletes an image, and when.
 */
@Component
public final class Rebuilds {

    private static final String COMPARED = """
            from template_rebuild r join template t on t.id = r.template_id
            cross join lateral (select i.id, i.execution_id from image_copy i
                                 where\s""" + SourceImages.IN_FAMILY + """
                                 order by i.created_at desc, i.id desc limit 1) newest
            where newest.id is distinct from r.base_image_id
            """;

    private final JdbcClient jdbc;

    Rebuilds(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The setting that a template is rebuilt.
     *
     * @param baseImageId the newest image of the family that was decided on, if there was one
     */
    public record Rebuild(Optional<String> baseImageId, Optional<LastRun> last) {}

    /** The template's setting, if it has one. */
    public Optional<Rebuild> find(TemplateId template) {
        return jdbc.sql("select * from template_rebuild where template_id = :template")
                .param("template", template.value())
                .query((row, number) ->
                        new Rebuild(Optional.ofNullable(row.getString("base_image_id")), Schedules.lastRun(row)))
                .optional();
    }

    /** Applies from the next change on; does nothing if the template has the setting already. */
    void add(TemplateId template, Instant now) {
        jdbc.sql("""
                        insert into template_rebuild (template_id, base_image_id, set_at)
                        select t.id, (select i.id from image_copy i where\s""" + SourceImages.IN_FAMILY + """
                                       order by i.created_at desc, i.id desc limit 1), :now
                          from template t where t.id = :template
                        on conflict (template_id) do nothing
                        """)
                .param("template", template.value())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    void remove(TemplateId template) {
        jdbc.sql("delete from template_rebuild where template_id = :template")
                .param("template", template.value())
                .update();
    }

    /** The templates whose base has changed and that have no running execution. */
    List<TemplateId> changed() {
        return jdbc.sql("select t.id " + COMPARED + """
                          and not exists (select from execution e where e.template_id = t.id and e.finished_at is null)
                        """).query(String.class).list().stream()
                .map(TemplateId::new)
                .toList();
    }

    /**
     * A change that only this transaction decides on.
     *
     * @param base the image that a build would begin with now
     * @param led the chain of templates whose images led to it; the last one made it
     * @param built the template's last execution, if it was already built on it
     */
    record Claim(TemplateId template, AccountId account, String base, List<TemplateId> led, Optional<String> built) {

        /** Whether it resulted from the template's own images. */
        boolean isOwn() {
            return led.contains(template);
        }
    }

    /**
     * Claims a change, and the template, until the transaction ends, so that the template's other automatic starts
     * wait. Empty if there is no change any more, or another process has claimed either.
     */
    Optional<Claim> claim(TemplateId template) {
        return jdbc.sql("""
                        select t.id, t.account_id, newest.id as base,
                               (select m.template_id from execution m where m.id = newest.execution_id) as maker,
                               (select m.follows from execution m where m.id = newest.execution_id) as follows,
                               (select l.id from (select e.id from execution e where e.template_id = t.id
                                                   order by e.created_at desc, e.id desc limit 1) l
                                 where exists (select from image_copy c
                                                where c.execution_id = l.id and c.source_image_id = newest.id)) as built
                        """ + COMPARED + """
                           and t.id = :template
                           for no key update of t skip locked for update of r skip locked
                        """)
                .param("template", template.value())
                .query(Rebuilds::claim)
                .optional();
    }

    private static Claim claim(ResultSet row, int number) throws SQLException {
        return new Claim(
                new TemplateId(row.getString("id")),
                new AccountId(row.getLong("account_id")),
                row.getString("base"),
                led(row),
                Optional.ofNullable(row.getString("built")));
    }

    private static List<TemplateId> led(ResultSet row) throws SQLException {
        var led = new ArrayList<TemplateId>();
        var follows = row.getArray("follows");
        if (follows != null) {
            Stream.of((String[]) follows.getArray()).map(TemplateId::new).forEach(led::add);
        }
        Optional.ofNullable(row.getString("maker")).map(TemplateId::new).ifPresent(led::add);
        return List.copyOf(led);
    }

    /** Records the decision on a base image. */
    void decided(Claim claim, LastRun last) {
        write(claim.template(), claim.base(), last);
    }

    /**
     * Records that the template's current base needs no decision any more, since an execution on it is started in the
     * same transaction.
     */
    void takenUp(TemplateId template, LastRun last) {
        jdbc.sql("select newest.id " + COMPARED + " and t.id = :template")
                .param("template", template.value())
                .query(String.class)
                .optional()
                .ifPresent(base -> write(template, base, last));
    }

    private void write(TemplateId template, @Nullable String base, LastRun last) {
        jdbc.sql("""
                        update template_rebuild
                           set base_image_id = :base, last_at = :at, last_outcome = :outcome, last_message = :message,
                               last_execution_id = coalesce(:execution, last_execution_id)
                         where template_id = :template
                        """)
                .param("template", template.value())
                .param("base", base)
                .param("at", last.at().atOffset(ZoneOffset.UTC))
                .param("outcome", last.outcome().name())
                .param("message", last.message())
                .param("execution", last.executionId(), Types.VARCHAR)
                .update();
    }
}
