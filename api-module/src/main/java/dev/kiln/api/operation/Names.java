package dev.kiln.api.operation;

/** The forms of names that are the same wherever the reference has them. */
public final class Names {

    private Names() {}

    /** Name and ImageName. */
    public static Scalar<String> name(int longest) {
        return Scalar.matching(
                "\\p{L}[\\p{L}\\p{N}:_.-]{1," + (longest - 1) + "}",
                "2 to " + longest + " characters: a letter, then letters, digits, ':', '_', '.' and '-'");
    }

    /** ImageFamily. */
    public static Scalar<String> family() {
        return Scalar.matching(
                "(?!aliyun|acs:)\\p{L}[\\p{L}\\p{N}:_-]{1,127}",
                "2 to 128 characters: a letter, then letters, digits, ':', '_' and '-'; not beginning with aliyun or acs:");
    }

    /** ImageName of a finished image. */
    public static Scalar<String> image() {
        return Scalar.text(
                "2 to 128 characters that do not begin with acs: or aliyun and hold no http:// or https://",
                name -> name.codePointCount(0, name.length()) >= 2
                        && name.codePointCount(0, name.length()) <= 128
                        && !name.startsWith("acs:")
                        && !name.startsWith("aliyun")
                        && !name.contains("http://")
                        && !name.contains("https://"));
    }

    /** Description. */
    public static Scalar<String> description() {
        return Scalar.prose(2, 256);
    }
}
