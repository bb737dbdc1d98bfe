package dev.kiln.api.rpc;

import dev.kiln.api.error.Gateway;
import dev.kiln.api.error.Refusals;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** How an answer is written. */
enum Format {
    JSON("application/json;charset=utf-8"),
    // The vendor's SDKs read an error as XML only under exactly this type.
    XML("text/xml;charset=utf-8");

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final String contentType;

    Format(String contentType) {
        this.contentType = contentType;
    }

    String contentType() {
        return contentType;
    }

    /** The format that the Format parameter asks for, or else the default of the protocol's version. */
    static Format of(String parameter, Format byDefault) {
        return switch (parameter.toUpperCase(Locale.ROOT)) {
            case "" -> byDefault;
            case "JSON" -> JSON;
            case "XML" -> XML;
            default -> throw Refusals.invalid(Gateway.FORMAT, "Format", parameter, "it has to be JSON or XML");
        };
    }

    byte[] render(String root, Map<String, Object> tree) {
        return this == JSON ? MAPPER.writeValueAsBytes(tree) : xml(root, tree);
    }

    private static byte[] xml(String root, Map<String, Object> members) {
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        element(text, root, members);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void element(StringBuilder text, String name, Object value) {
        if (value instanceof List<?> items) {
            items.forEach(item -> element(text, name, item));
            return;
        }
        text.append('<').append(name).append('>');
        if (value instanceof Map<?, ?> object) {
            object.forEach((member, inner) -> element(text, String.valueOf(member), inner));
        } else {
            escape(text, String.valueOf(value));
        }
        text.append("</").append(name).append('>');
    }

    private static void escape(StringBuilder text, String value) {
        value.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> text.append("&lt;");
                case '>' -> text.append("&gt;");
                case '&' -> text.append("&amp;");
                case '"' -> text.append("&quot;");
                // A reader would turn a bare carriage return into a line feed.
                case '\r' -> text.append("&#13;");
                default -> text.appendCodePoint(writable(c) ? c : 0xFFFD);
            }
        });
    }

    /** Whether XML 1.0 can express the character at all. */
    private static boolean writable(int c) {
        return c == '\t' || c == '\n' || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) || c >= 0x10000;
    }
}
