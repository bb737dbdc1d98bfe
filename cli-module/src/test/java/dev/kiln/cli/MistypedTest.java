package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A command line with a mistake names the word that is wrong, and what was probably meant. */
class MistypedTest {

    @TempDir
    private Path directory;

    private AnsweringServer server;

    @BeforeEach
    void start() throws IOException {
        server = new AnsweringServer(directory);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "start | TEMPLATE is missing: ./kiln start TEMPLATE [options]",
                "start -f | TEMPLATE is missing: ./kiln start TEMPLATE [options]",
                "image download m-1 | FILE is missing: ./kiln image download IMAGE FILE",
                "image download | IMAGE and FILE are missing: ./kiln image download IMAGE FILE",
                "call | OPERATION is missing: ./kiln call OPERATION Parameter=Value…",
                "cancel exec-1 exec-2 | \"exec-2\" is too much: ./kiln cancel EXECUTION [options]",
                "images web db | \"web db\" is too much: ./kiln images [options]"
            })
    void theWordThatIsMissingOrTooMuchIsNamed(String command, String why) {
        said(command, why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "statr golden | command statr golden is not known; did you mean start? (./kiln help)",
                "lgos exec-1 | command lgos exec-1 is not known; did you mean logs? (./kiln help)",
                "dmeo | command dmeo is not known; did you mean demo? (./kiln help)",
                "tempalte list | command tempalte list is not known; did you mean template list? (./kiln help)",
                "template lst | command template lst is not known; did you mean template list? (./kiln template --help)",
                "tempalte lst | command tempalte lst is not known; did you mean template list? (./kiln help)",
                "execution | EXECUTION is missing",
                "account delete 7 | command account delete is not known; there is account create, account list (",
                "smelt | command smelt is not known (./kiln help)"
            })
    void theNearestCommandIsNamed(String command, String why) {
        said(command, why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "start golden --folow | option --folow is not known here; did you mean --follow? (",
                "images --famly=web | option --famly=web is not known here; did you mean --family? (",
                "doctor --forgte x | option --forgte is not known here; did you mean --forget? (",
                "images --size 1 | option --size is not known here (",
                "images -z | option -z is not known here (",
                "start golden --follow=yes | option --follow takes no value (",
            })
    void theNearestOptionIsNamed(String command, String why) {
        said(command, why);
    }

    private void said(String command, String why) {
        assertThat(server.run(command.split(" "))).as(command).isEqualTo(2);
        assertThat(server.said()).startsWith("kiln: " + why).hasLineCount(1);
        assertThat(server.asked).isEmpty();
    }
}
