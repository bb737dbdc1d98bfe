package dev.kiln.api.template;

import dev.kiln.secret.SecretSeal;
import dev.kiln.template.TemplateId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Stores the parameters that templates declare; defaults of secrets are sealed. */
@Component
public final class DeclaredParameters {

    private final JdbcClient jdbc;
    private final SecretSeal seal;

    DeclaredParameters(JdbcClient jdbc, SecretSeal seal) {
        this.jdbc = jdbc;
        this.seal = seal;
    }

    /**
     * A parameter.
     *
     * @param secret whether its value must never be shown
     * @param byDefault the value for starts that give none
     */
    public record Declared(String name, String description, boolean secret, Optional<String> byDefault) {

        /** The default, unless it is secret. */
        public String shownDefault() {
            return secret ? "" : byDefault.orElse("");
        }

        /** Keeps secrets out of logs, even by accident. */
        @Override
        public String toString() {
            return name + (secret ? " (secret)" : "");
        }
    }

    /** The template's parameters, in their order. */
    public List<Declared> of(TemplateId template) {
        return jdbc.sql("select * from template_parameter where template_id = :template order by position")
                .param("template", template.value())
                .query((row, number) -> new Declared(
                        row.getString("name"),
                        row.getString("description"),
                        row.getBoolean("secret"),
                        byDefault(template, row)))
                .list();
    }

    private Optional<String> byDefault(TemplateId template, ResultSet row) throws SQLException {
        var sealed = row.getBytes("default_sealed");
        return sealed == null
                ? Optional.ofNullable(row.getString("default_value"))
                : Optional.of(seal.open(place(template, row.getString("name")), sealed));
    }

    private static String place(TemplateId template, String name) {
        return template.value() + "/" + name;
    }

    /** Replaces the template's parameters; the caller holds its lock. */
    void replace(TemplateId template, List<Declared> parameters) {
        jdbc.sql("delete from template_parameter where template_id = :template")
                .param("template", template.value())
                .update();
        int position = 0;
        for (var parameter : parameters) {
            var open = parameter.byDefault().filter(value -> !parameter.secret());
            var sealed = parameter
                    .byDefault()
                    .filter(value -> parameter.secret())
                    .map(value -> seal.seal(place(template, parameter.name()), value));
            jdbc.sql("""
                            insert into template_parameter
                                   (template_id, name, position, description, secret, default_value, default_sealed)
                            values (:template, :name, :position, :description, :secret, :open, :sealed)
                            """)
                    .param("template", template.value())
                    .param("name", parameter.name())
                    .param("position", ++position)
                    .param("description", parameter.description())
                    .param("secret", parameter.secret())
                    .param("open", open.orElse(null), Types.VARCHAR)
                    .param("sealed", sealed.orElse(null), Types.BINARY)
                    .update();
        }
    }
}
