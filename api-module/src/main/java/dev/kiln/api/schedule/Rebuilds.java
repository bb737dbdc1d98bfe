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
 * Templates that are started when the newest image of the family that they build on is another one than was decided on
 * before. Compared is what is there, so that nothing is missed, whoever makes, withdraws or deletes an image, and when.
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
     * That a template is to be built again.
     *
     * @param baseImageId the newest image of the family that was decided on, if there was one
     */
    public record Rebuild(Optional<String> baseImageId, Optional<LastRun> last) {}

    /** The template's, if it has one. */
    public Optional<Rebuild> find(TemplateId template) {
        return jdbc.sql("select * from template_rebuild where template_id = :template")
                .param("template", template.value())
                .query((row, number) ->
                        new Rebuild(Optional.ofNullable(row.getString("base_image_id")), Schedules.lastRun(row)))
                .optional();
    }

    /** From the next change on; nothing changes for one that is there already. */
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

    /** The templates whose base is another one, and of which no execution runs. */
    List<TemplateId> changed() {
        return jdbc.sql("select t.id " + COMPARED + """
                          and not exists (select from execution e where e.template_id = t.id and e.finished_at is null)
                        """).query(String.class).list().stream()
                .map(TemplateId::new)
                .toList();
    }

    /**
     * A change that the transaction alone decides on.
     *
     * @param base the image that a build would begin with now
     * @param led the templates whose images led to it, one after the other: the last one made it
     * @param built the template's last execution, when it was built on it already
     */
    record Claim(TemplateId template, AccountId account, String base, List<TemplateId> led, Optional<String> built) {

        /** Whether it came of the template's own images. */
        boolean isOwn() {
            return led.contains(template);
        }
    }

    /**
     * Takes a change until the transaction ends, with the template, so that the template's other ways to start by
     * itself wait. Empty when there is none any more, or somebody else has one of the two.
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

    /** Writes down what was decided on a base image. */
    void decided(Claim claim, LastRun last) {
        write(claim.template(), claim.base(), last);
    }

    /**
     * What the template's next build would begin with needs no decision any more, since one is started in the same
     * transaction.
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
