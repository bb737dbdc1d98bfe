package dev.kiln.component;

import java.util.Optional;
import java.util.regex.Pattern;

/** A parameter of a component; a template must pass a value when there is no default. */
public record ComponentParameter(String name, Type type, Optional<String> defaultValue) {

    /** The form of the values. */
    public enum Type {
        STRING("String", "(?s).*", "any text"),
        NUMBER("Number", "-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,17})?", "for example 8080, -1 or 0.5"),
        BOOLEAN("Boolean", "true|false", "true or false");

        private final String wireName;
        private final Pattern form;
        private final String example;

        Type(String wireName, String form, String example) {
            this.wireName = wireName;
            this.form = Pattern.compile(form);
            this.example = example;
        }

        public String wireName() {
            return wireName;
        }

        public boolean accepts(String value) {
            return form.matcher(value).matches();
        }

        String example() {
            return example;
        }
    }
}
