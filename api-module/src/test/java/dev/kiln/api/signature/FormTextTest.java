package dev.kiln.api.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.api.error.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormTextTest {

    @Test
    void readsPlusAsSpaceAndPercentAsUtf8() {
        assertThat(FormText.parse("a=1+2%2B3&&b=%E9%BB%84&c&d=x=y"))
                .containsExactlyInAnyOrderEntriesOf(Map.of("a", "1 2+3", "b", "黄", "c", "", "d", "x=y"));
    }

    @Test
    void whatIsEncodedIsReadBack() {
        var text = "ENV k=\"a b\"\n*~+/=&%' 黄😀";
        assertThat(FormText.decode(FormText.encode(text))).isEqualTo(text);
    }

    @Test
    void rawBytesOfABodyAreUtf8() {
        var body = new String("n=黄".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        assertThat(FormText.parse(body)).containsEntry("n", "黄");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=1&a=2",
                "a=%",
                "a=%4",
                "a=%zz",
                "a=%FF",
                "a=%C0%80",
                "a=%ED%A0%80",
                "a=%00",
                "%00=1",
                "=1",
                "a=1&=",
                "a=\u00ff"
            })
    void refusesWhatCouldBeReadInTwoWays(String raw) {
        assertThatThrownBy(() -> FormText.parse(raw)).isInstanceOfSatisfying(ApiException.class, refusal -> {
            assertThat(refusal.code()).isEqualTo("InvalidParameter");
            assertThat(refusal.status()).isEqualTo(400);
        });
    }

    @Test
    void refusesANameInQueryAndForm() {
        assertThatThrownBy(() -> FormText.merge(Map.of("a", "1"), Map.of("a", "1")))
                .isInstanceOf(ApiException.class);
    }
}
