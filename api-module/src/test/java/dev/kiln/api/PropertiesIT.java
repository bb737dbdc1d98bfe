package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.TestSeed;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** What holds for any legal request, whatever it says, and for any token that was not given out. */
class PropertiesIT {

    private static final int ROUNDS = 150;

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();
    private final String image = new TestObjects(server, client).image("base");
    private final Random random = TestSeed.random("PropertiesIT");

    @Test
    void whatALegalTemplateSaysComesBackInBothFormatsHoweverItWasSent() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            var said = legalTemplate();
            var made = create(said);
            assertThat(made.status()).as(said + made.text()).isEqualTo(200);
            var id = made.at("ImagePipelineId");

            var json = client.call("DescribeImagePipelines", "ImagePipelineId.1", id);
            var xml = client.call("DescribeImagePipelines", "ImagePipelineId.1", id, "Format", "XML");

            returned(said).forEach((place, value) -> {
                assertThat(json.at("ImagePipeline/ImagePipelineSet/0/" + place))
                        .as(place)
                        .isEqualTo(value);
                assertThat(inXml(xml, "ImagePipeline/ImagePipelineSet/" + place.replaceAll("/\\d+", "")))
                        .as(place)
                        .isEqualTo(value);
            });
            client.call("DeleteImagePipeline", "ImagePipelineId", id);
        }
    }

    @Test
    void aTokenThatWasNotGivenOutIsRefused() {
        for (int number = 0; number < 3; number++) {
            client.call("CreateImageComponent", "Content", "RUN true");
        }
        var token = client.call("DescribeImageComponents", "MaxResults", "1").at("NextToken");
        assertThat(token).isNotEmpty();
        for (int round = 0; round < ROUNDS; round++) {
            refused(random.nextBoolean() ? changed(token) : text(1 + random.nextInt(700), c -> c > 32 && c < 127));
        }
    }

    @Test
    void aTokenThatOnlyDecodesToTheSameBytesIsRefused() {
        client.call("CreateImageComponent", "Content", "RUN true");
        client.call("CreateImageComponent", "Content", "RUN true");
        var token = client.call("DescribeImageComponents", "MaxResults", "1").at("NextToken");
        var last = token.length() - 1;
        refused(token + "=".repeat((4 - token.length() % 4) % 4));
        refused(token.substring(0, last) + (char) (token.charAt(last) + 1));
    }

    private void refused(String forged) {
        var refusal = client.call("DescribeImageComponents", "MaxResults", "1", "NextToken", forged);
        assertThat(refusal.refusal()).as(forged).isEqualTo("403 Invalid.NextToken");
    }

    private Map<String, String> legalTemplate() {
        var said = new LinkedHashMap<String, String>();
        said.put("RegionId", WireClient.REGION);
        said.put("BaseImageType", "IMAGE");
        said.put("BaseImage", image);
        maybe(said, "Name", letter() + text(1 + random.nextInt(127), PropertiesIT::isNamePart));
        maybe(said, "Description", "d" + text(1 + random.nextInt(255), PropertiesIT::isText));
        maybe(
                said,
                "BuildContent",
                "RUN x" + text(1 + random.nextInt(300), PropertiesIT::isText).replace('\\', '/'));
        maybe(said, "SystemDiskSize", Integer.toString(20 + random.nextInt(481)));
        maybe(said, "InternetMaxBandwidthOut", Integer.toString(random.nextInt(101)));
        maybe(said, "VSwitchId", text(1 + random.nextInt(50), PropertiesIT::isText));
        maybe(said, "ImageOptions.ImageName", letter() + text(1 + random.nextInt(63), PropertiesIT::isNamePart));
        maybe(said, "ImageOptions.ImageFeatures.NvmeSupport", "auto");
        for (int tag = 1; tag <= random.nextInt(21); tag++) {
            said.put("Tag." + tag + ".Key", tag + text(1 + random.nextInt(100), PropertiesIT::isText));
            said.put("Tag." + tag + ".Value", text(random.nextInt(100), PropertiesIT::isText));
        }
        return said;
    }

    private void maybe(Map<String, String> said, String name, String value) {
        if (random.nextInt(3) > 0) {
            said.put(name, value);
        }
    }

    private Reply create(Map<String, String> said) {
        var pairs = new ArrayList<String>();
        said.forEach((name, value) -> pairs.addAll(List.of(name, value)));
        pairs.addAll(List.of("Format", "JSON"));
        var parameters = pairs.toArray(String[]::new);
        return switch (random.nextInt(3)) {
            case 0 -> client.v1("GET", "CreateImagePipeline", parameters);
            case 1 -> client.v1("POST", "CreateImagePipeline", parameters);
            default -> client.call("CreateImagePipeline", parameters);
        };
    }

    /** Where in the answer each value that was sent has to stand. */
    private static Map<String, String> returned(Map<String, String> said) {
        var places = new LinkedHashMap<String, String>();
        said.forEach((name, value) -> {
            if (!name.startsWith("Tag.") && !name.equals("RegionId")) {
                places.put(name.replace('.', '/'), value);
            }
        });
        if (said.containsKey("Tag.1.Key")) {
            places.put("Tags/Tag/0/TagKey", said.get("Tag.1.Key"));
            places.put("Tags/Tag/0/TagValue", said.get("Tag.1.Value"));
        }
        return places;
    }

    /** The text of the first element at the end of the path. */
    private static String inXml(Reply reply, String path) {
        try {
            var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
            Element at = builder.parse(new ByteArrayInputStream(reply.bytes())).getDocumentElement();
            for (var name : path.split("/", -1)) {
                at = child(at, name);
            }
            return at.getTextContent();
        } catch (Exception e) {
            throw new AssertionError(reply.text(), e);
        }
    }

    private static Element child(Element parent, String name) {
        for (var node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getTagName().equals(name)) {
                return element;
            }
        }
        throw new AssertionError("no " + name + " in " + parent.getTagName());
    }

    private String changed(String token) {
        int at = random.nextInt(token.length());
        char other = (char) ('a' + random.nextInt(26));
        var changed = token.substring(0, at) + other + token.substring(at + 1);
        return changed.equals(token) ? "A" + token : changed;
    }

    private String letter() {
        return text(1, Character::isLetter);
    }

    /** Mostly ASCII, and anything else that the rule allows. */
    private String text(int length, IntPredicate rule) {
        return IntStream.generate(() -> random.nextInt(4) > 0 ? 32 + random.nextInt(95) : random.nextInt(0x20000))
                .filter(c -> Character.isDefined(c) && !(c >= 0xD800 && c <= 0xDFFF) && rule.test(c))
                .limit(length)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    private static boolean isNamePart(int c) {
        return Character.isLetter(c) || ":_.-".indexOf(c) >= 0;
    }

    // What XML 1.0 can write; blanks at an end of a BuildContent are not part of its commands, but are kept.
    private static boolean isText(int c) {
        return c >= 32 && c != 0xFFFE && c != 0xFFFF && !(c >= 0x7F && c < 0xA0);
    }
}
