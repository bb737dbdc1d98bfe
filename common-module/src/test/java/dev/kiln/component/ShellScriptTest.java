package dev.kiln.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShellScriptTest {

    private static String parse(String text) throws Exception {
        var parameters = List.of(
                new ComponentParameter("v", ComponentParameter.Type.STRING, Optional.empty()),
                new ComponentParameter("n", ComponentParameter.Type.NUMBER, Optional.empty()));
        var scalar = new YamlValue.Scalar(1, text, false, true);
        return ShellScript.parse(scalar, new References(parameters, List.of()))
                .script()
                .replace("KILN_PARAMETER_", "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            echo {{v}}                   | echo "${v}"
            a={{v}}-{{ v }}              | a="${v}"-"${v}"
            echo "a {{v}} b"             | echo "a ${v} b"
            echo 'a {{v}} b'             | echo 'a '"${v}"' b'
            echo "\\"{{v}}" {{v}}        | echo "\\"${v}" "${v}"
            echo \\'{{v}} \\"{{v}}       | echo \\'"${v}" \\""${v}"
            echo "it's {{v}}"            | echo "it's ${v}"
            echo '"'{{v}}                | echo '"'"${v}"
            echo "$(cat {{v}} '{{v}}') {{v}}" | echo "$(cat "${v}" ''"${v}"'') ${v}"
            echo `cat {{v}}` "`cat {{v}}` {{v}}" | echo `cat "${v}"` "`cat "${v}"` ${v}"
            (echo "{{v}}"; (a {{v}})); {{v}} | (echo "${v}"; (a "${v}")); "${v}"
            case {{v}} in a) b {{v}};; esac | case "${v}" in a) b "${v}";; esac
            echo $((1 + ({{n}}))) {{v}}  | echo $((1 + (${n}))) "${v}"
            echo "$(({{n}} << 2)){{v}}"  | echo "$((${n} << 2))${v}"
            a # it's {{v}}               | a # it's "${v}"
            a#'{{v}}'                    | a#''"${v}"''
            echo ${#a} '{{v}}'           | echo ${#a} ''"${v}"''
            cat <<< {{v}}                | cat <<< "${v}"
            echo '\\{{v}}' \\{{ {{v}}    | echo '{{v}}' {{ "${v}"
            echo $'it\\'s' {{v}}           | echo $'it\\'s' "${v}"
            echo $'a\\t{{v}}\\'b' {{v}}    | echo $'a\\t'"${v}"$'\\'b' "${v}"
            echo "$'" {{v}} '$' {{v}} $$'\\' {{v}} | echo "$'" "${v}" '$' "${v}" $$'\\' "${v}"
            echo "$(echo $'\\')' {{v}})"  | echo "$(echo $'\\')' "${v}")"
            x="$(case $1 in a) echo {{v}};; esac) {{v}}" | x="$(case $1 in a) echo "${v}";; esac) ${v}"
            x="$(case a in (a) b;; c) {{v}}; esac; d {{v}}) {{v}}" | x="$(case a in (a) b;; c) "${v}"; esac; d "${v}") ${v}"
            x="$(if case a in a) case b in c) ;; esac;; d) {{v}};; esac; then e; fi) {{v}}" | x="$(if case a in a) case b in c) ;; esac;; d) "${v}";; esac; then e; fi) ${v}"
            x="$(echo case a in; f case b) {{v}}" | x="$(echo case a in; f case b) ${v}"
            x="$(echo $(case a in b) {{v}};; esac) case c) {{v}}" | x="$(echo $(case a in b) "${v}";; esac) case c) ${v}"
            x="$(f() { case a in b) {{v}};; esac; }; f) {{v}}" | x="$(f() { case a in b) "${v}";; esac; }; f) ${v}"
            """)
    void referenceGetsTheQuotesOfItsPlace(String text, String script) throws Exception {
        assertThat(parse(text)).isEqualTo(script);
    }

    @Test
    void hereDocumentsExpandAsTheShellDoes() throws Exception {
        assertThat(parse("cat <<EOF > a; b {{v}}\nit's \"{{v}}\" $(c {{v}} '{{v}}')\nEOF\nd '{{v}}'"))
                .isEqualTo("cat <<EOF > a; b \"${v}\"\nit's \"${v}\" $(c \"${v}\" ''\"${v}\"'')\nEOF\nd ''\"${v}\"''");
        assertThat(parse("cat <<-A <<B\n\t{{v}}'\n\tA\n\"{{v}}\nB\n{{v}}"))
                .isEqualTo("cat <<-A <<B\n\t${v}'\n\tA\n\"${v}\nB\n\"${v}\"");
        assertThat(parse("cat <<\\A\n\\{{x}}'\nA\n{{v}}")).isEqualTo("cat <<\\A\n{{x}}'\nA\n\"${v}\"");
        assertThat(parse("cat <<A; b \"$(cat <<A\nit's {{v}}\nA\n)\"\nit's {{v}}\nA\n{{v}}"))
                .isEqualTo("cat <<A; b \"$(cat <<A\nit's ${v}\nA\n)\"\nit's ${v}\nA\n\"${v}\"");
        assertThat(parse("cat <<A\n{{v}} without an end")).isEqualTo("cat <<A\n${v} without an end");
    }

    @Test
    void caseMayGoOverLinesAndDashKnowsNoQuotesOfDollars() throws Exception {
        assertThat(parse("x=\"$(case $1 in\n  case) a {{v}} ;;\n  *) b \\\n case;;\nesac\n) {{v}}\""))
                .isEqualTo("x=\"$(case $1 in\n  case) a \"${v}\" ;;\n  *) b \\\n case;;\nesac\n) ${v}\"");
        assertThat(parse("#!/bin/dash\necho $'a\\' {{v}}")).isEqualTo("#!/bin/dash\necho $'a\\' \"${v}\"");
        assertThat(parse("#!/bin/bash\necho $'it\\'s'\necho {{v}}"))
                .isEqualTo("#!/bin/bash\necho $'it\\'s'\necho \"${v}\"");
    }

    @Test
    void scriptsWithoutReferencesStayAsTheyAre() throws Exception {
        for (var text : List.of("", "#!/usr/bin/perl\nprint '", "\\", "'", "<<", "$((", "`", "cat <<\n", "a)\n)")) {
            assertThat(parse(text)).isEqualTo(text);
        }
    }
}
