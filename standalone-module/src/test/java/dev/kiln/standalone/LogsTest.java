package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LogsTest {

    @Test
    void aFormThatIsNotKnownIsRefusedWithThoseThatAre() {
        assertThatThrownBy(() -> Logs.inFormat("xml"))
                .hasMessageContaining(
                        "KILN_LOG_FORMAT is \"xml\"; set it to ecs, logstash or gelf, or leave it empty for text");
    }
}
