package dev.kiln.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TraceParentTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SPAN = "b7ad6b7169203331";

    @Test
    void aHeaderIsReadAndWritten() {
        var header = "00-" + TRACE + "-" + SPAN + "-01";

        assertThat(TraceParent.parse(header)).contains(new TraceParent(TRACE, SPAN, "01"));
        assertThat(TraceParent.parse(header).map(TraceParent::header)).contains(header);
    }

    @Test
    void aLaterVersionMaySayMore() {
        assertThat(TraceParent.parse("cc-" + TRACE + "-" + SPAN + "-00-what-will-be"))
                .contains(new TraceParent(TRACE, SPAN, "00"));
    }

    @Test
    void whatIsNoPlaceIsNone() {
        var zeros = "0".repeat(32);
        assertThat(Stream.of(
                                "",
                                "00",
                                "00-" + TRACE + "-" + SPAN,
                                "00-" + TRACE + "-" + SPAN + "-01-more",
                                "ff-" + TRACE + "-" + SPAN + "-01",
                                "00-" + zeros + "-" + SPAN + "-01",
                                "00-" + TRACE + "-" + zeros.substring(16) + "-01",
                                "00-" + TRACE.toUpperCase(java.util.Locale.ROOT) + "-" + SPAN + "-01",
                                "00-" + TRACE + "-" + SPAN + "-01\n",
                                "cc-" + TRACE + "-" + SPAN + "-01-" + "x".repeat(100_000))
                        .map(TraceParent::parse))
                .containsOnly(Optional.empty());
        assertThat(TraceParent.parse(null)).isEmpty();
    }

    @Test
    void settingsThatCannotBeMeantAreRefused() {
        assertThatThrownBy(() -> new TracingSettings("collector:4318", 1))
                .hasMessage("kiln.tracing.endpoint is collector:4318, but has to be an address as http://HOST:4318,"
                        + " or nothing");
        assertThatThrownBy(() -> new TracingSettings("http://collector:4318", 1.5))
                .hasMessageContaining("has to be from 0 to 1");
    }
}
