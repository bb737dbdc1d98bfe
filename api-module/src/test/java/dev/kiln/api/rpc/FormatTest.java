package dev.kiln.api.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FormatTest {

    private final Answer answer = new Answer()
            .with("Text", "a<b>&\"\r\u0001😀")
            .with("Number", 3)
            .with("Flag", true)
            .withTexts("ToRegionIds", "ToRegionId", List.of("x", "y"))
            .withObjects("Tags", "Tag", List.of())
            .with("Inner", new Answer().with("A", ""));

    @Test
    void jsonMirrorsTheTree() {
        assertThat(new String(Format.JSON.render("R", answer), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"Text\":\"a<b>&\\\"\\r\\u0001😀\",\"Number\":3,\"Flag\":true,"
                                + "\"ToRegionIds\":{\"ToRegionId\":[\"x\",\"y\"]},\"Tags\":{\"Tag\":[]},\"Inner\":{\"A\":\"\"}}");
    }

    @Test
    void xmlRepeatsElementsAndReplacesWhatItCannotWrite() {
        assertThat(new String(Format.XML.render("R", answer), StandardCharsets.UTF_8))
                .isEqualTo(
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><R><Text>a&lt;b&gt;&amp;&quot;&#13;\ufffd😀</Text>"
                                + "<Number>3</Number><Flag>true</Flag>"
                                + "<ToRegionIds><ToRegionId>x</ToRegionId><ToRegionId>y</ToRegionId></ToRegionIds>"
                                + "<Tags></Tags><Inner><A></A></Inner></R>");
    }
}
