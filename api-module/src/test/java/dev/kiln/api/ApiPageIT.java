package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.error.Gateway;
import dev.kiln.api.error.RestCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ApiPageIT {

    private static final Path PAGE = Path.of("../docs/api.md");

    /** Rewrite with {@code -Dkiln.write-docs=true} after a change of a declaration. */
    @Test
    void thePageSaysWhatTheOperationsDeclare() throws IOException {
        var declarations = ApiServer.shared().declarations();
        var page = Files.readString(PAGE);
        var wanted = replaced(page, "summary", ApiPage.summary(declarations));
        wanted = replaced(wanted, "gateway", ApiPage.codes(Gateway.CODES));
        wanted = replaced(wanted, "routes", ApiPage.routes());
        wanted = replaced(wanted, "rest", ApiPage.codes(RestCodes.CODES));
        wanted = replaced(wanted, "operations", ApiPage.operations(declarations));
        if (Boolean.getBoolean("kiln.write-docs")) {
            Files.writeString(PAGE, wanted);
        }
        assertThat(PAGE).content().isEqualTo(wanted);
    }

    private static String replaced(String page, String part, String text) {
        var begin = "<!-- generated: " + part + " -->\n";
        var end = "<!-- end of " + part + " -->";
        assertThat(page).contains(begin, end);
        return Pattern.compile(begin + ".*" + end, Pattern.DOTALL)
                .matcher(page)
                .replaceFirst(Matcher.quoteReplacement(begin + "\n" + text + "\n" + end));
    }
}
