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

/** The parameters that templates declare. Defaults of secrets lie sealed. */
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
     * @param secret whether nobody may see its value
     * @param byDefault what a start that does not say it gets
     */
    public record Declared(String name, String description, boolean secret, Optional<String> byDefault) {

        /** The default, where it may be seen. */
        public String shownDefault() {
            return secret ? "" : byDefault.orElse("");
        }

        /** Secrets are in no log, not even by accident. */
        @Override
        public String toString() {
            return name + (secret ? " (secret)" : "");
        }
    }

    /** Those of a template, in its order. */
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

    /** Makes these the template's, in place of what it had; the caller holds its lock. */
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
