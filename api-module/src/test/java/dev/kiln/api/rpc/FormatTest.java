package dev.kiln.api.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.operation.Field;
import dev.kiln.api.operation.Shape;
import dev.kiln.api.operation.Tags;
import dev.kiln.template.Tag;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FormatTest {

    private static final Shape<String> SHAPE = Shape.of(
            Field.text("Text", text -> text),
            Field.integer("Number", String::length),
            Field.flag("Flag", String::isEmpty),
            Field.texts("ToRegionIds", "ToRegionId", text -> List.of("x", "y")),
            Field.objects("Tags", "Tag", text -> List.<Tag>of(), Tags.SHAPE),
            Field.object("Inner", text -> "", Shape.of(Field.text("A", text -> text))),
            Field.optional("Absent", text -> Optional.<Tag>empty(), Tags.SHAPE));

    private final Map<String, Object> answer = SHAPE.tree("a<b>&\"\r\u0001😀");

    @Test
    void jsonMirrorsTheTree() {
        assertThat(new String(Format.JSON.render("R", answer), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"Text\":\"a<b>&\\\"\\r\\u0001😀\",\"Number\":10,\"Flag\":false,"
                                + "\"ToRegionIds\":{\"ToRegionId\":[\"x\",\"y\"]},\"Tags\":{\"Tag\":[]},\"Inner\":{\"A\":\"\"}}");
    }

    @Test
    void xmlRepeatsElementsAndReplacesWhatItCannotWrite() {
        assertThat(new String(Format.XML.render("R", answer), StandardCharsets.UTF_8))
                .isEqualTo(
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><R><Text>a&lt;b&gt;&amp;&quot;&#13;\ufffd😀</Text>"
                                + "<Number>10</Number><Flag>false</Flag>"
                                + "<ToRegionIds><ToRegionId>x</ToRegionId><ToRegionId>y</ToRegionId></ToRegionIds>"
                                + "<Tags></Tags><Inner><A></A></Inner></R>");
    }
}
