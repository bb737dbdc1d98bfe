package dev.kiln.worker.stage;

import dev.kiln.component.Component;
import dev.kiln.component.Components;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.Failure;
import dev.kiln.execution.SupersededException;
import dev.kiln.template.BuildContent;
import dev.kiln.template.ComponentId;
import dev.kiln.template.ComponentReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Which component each COMPONENT command of an execution means. The choice is made once: a newer version that appears
 * meanwhile would change the step numbers by which a later attempt resumes.
 */
public final class ChosenComponents {

    private final JdbcClient jdbc;
    private final Components components;

    public ChosenComponents(JdbcClient jdbc, Components components) {
        this.jdbc = jdbc;
        this.components = components;
    }

    /** The components of a content's references, in order; those not chosen yet are chosen now. */
    List<Component> of(Attempt attempt, BuildContent.Kind content, List<ComponentReference> references)
            throws StageFailedException {
        if (references.isEmpty()) {
            return List.of();
        }
        var chosen = chosen(attempt, content);
        if (chosen.size() < references.size()) {
            choose(attempt, content, references);
            chosen = chosen(attempt, content);
        }
        var found = new ArrayList<Component>();
        for (var id : chosen) {
            found.add(
                    id.flatMap(each -> components.find(each, attempt.template().account()))
                            .orElseThrow(() -> missing("a component of this execution was deleted meanwhile")));
        }
        return found;
    }

    private void choose(Attempt attempt, BuildContent.Kind content, List<ComponentReference> references)
            throws StageFailedException {
        var template = attempt.template();
        int position = 0;
        for (var reference : references) {
            var component = components
                    .resolve(reference, template.account(), template.region())
                    .orElseThrow(() -> missing("there is no component " + reference));
            add(attempt, content, ++position, component.id());
        }
    }

    private List<Optional<ComponentId>> chosen(Attempt attempt, BuildContent.Kind content) {
        return jdbc.sql("""
                        select component_id from execution_component
                         where execution_id = :execution and content = :content order by position
                        """)
                .param("execution", attempt.execution().value())
                .param("content", content.name())
                .query((row, number) ->
                        Optional.ofNullable(row.getString("component_id")).map(ComponentId::new))
                .list();
    }

    private void add(Attempt attempt, BuildContent.Kind content, int position, ComponentId component) {
        var current = jdbc.sql("""
                        with current as (
                            select id from execution where id = :execution and attempt = :attempt for share),
                        added as (
                            insert into execution_component (execution_id, content, position, component_id)
                            select id, :content, :position, :component from current
                            on conflict do nothing)
                        select count(*) from current
                        """)
                .param("execution", attempt.execution().value())
                .param("attempt", attempt.number())
                .param("content", content.name())
                .param("position", position)
                .param("component", component.value())
                .query(Integer.class)
                .single();
        if (current == 0) {
            throw new SupersededException(attempt);
        }
    }

    private static StageFailedException missing(String what) {
        return new StageFailedException(new Failure("ImageComponent.NotFound", what));
    }
}
