package dev.kiln.api.dashboard;

import dev.kiln.api.template.DeclaredParameters.Declared;
import java.util.List;
import java.util.Map;

/**
 * The form that starts a template, as its page shows it.
 *
 * @param permitted whether the key is allowed to start the template
 * @param free whether no execution of it is known to be under way
 * @param refused why the form was refused; empty if it was not sent
 */
public record StartForm(boolean permitted, boolean free, List<Field> fields, String refused) {

    /**
     * The field of a parameter.
     *
     * @param required whether the parameter has no default
     * @param lines whether the value can have several lines
     */
    public record Field(
            String name, String description, boolean secret, boolean required, boolean lines, String value) {

        private static Field of(Declared parameter, boolean showsDefaults) {
            var value = showsDefaults ? parameter.shownDefault() : "";
            return new Field(
                    parameter.name(),
                    parameter.description(),
                    parameter.secret(),
                    parameter.byDefault().isEmpty(),
                    Words.hasLines(value),
                    value);
        }

        /** A secret that was typed is in no page. */
        private Field typed(Map<String, String> typed) {
            var value = secret ? "" : typed.getOrDefault(name, "");
            return new Field(name, description, secret, required, lines || Words.hasLines(value), value);
        }
    }

    static StartForm of(List<Declared> parameters, boolean showsDefaults, boolean permitted, boolean free) {
        var fields = parameters.stream()
                .map(parameter -> Field.of(parameter, showsDefaults))
                .toList();
        return new StartForm(permitted, free, fields, "");
    }

    /** The form as it was sent; it can be sent again. */
    StartForm refused(Map<String, String> typed, String why) {
        return new StartForm(
                permitted,
                true,
                fields.stream().map(field -> field.typed(typed)).toList(),
                why);
    }

    /** Whether it asks for parameters. */
    public boolean asks() {
        return permitted && !fields.isEmpty();
    }

    /** Whether a button is all of it. */
    public boolean isButton() {
        return permitted && free && fields.isEmpty();
    }
}
