package dev.kiln.api.operation;

import dev.kiln.bucket.ObjectName;

/** The forms of names that have the same rules throughout the reference. */
public final class Names {

    // The vendor's list (Node SDK, ImportImageRequest).
    private static final String[] PLATFORMS = {
        "Aliyun",
        "Anolis",
        "CentOS",
        "Ubuntu",
        "CoreOS",
        "SUSE",
        "Debian",
        "OpenSUSE",
        "FreeBSD",
        "RedHat",
        "Kylin",
        "UOS",
        "Fedora",
        "Fedora CoreOS",
        "CentOS Stream",
        "AlmaLinux",
        "Rocky Linux",
        "Gentoo",
        "Customized Linux",
        "Others Linux",
        "Windows Server 2022",
        "Windows Server 2019",
        "Windows Server 2016",
        "Windows Server 2012",
        "Windows Server 2008",
        "Windows Server 2003",
        "Other Windows"
    };

    private Names() {}

    /** Platform. */
    public static Scalar<String> platform() {
        return Scalar.oneOf(PLATFORMS);
    }

    /** OSSBucket. */
    public static Scalar<String> bucket() {
        return Scalar.matching(
                "[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "3 to 63 lower-case letters, digits and inner dashes");
    }

    /** OSSObject. */
    public static Scalar<String> object() {
        return Scalar.text(
                "a path of at most 1023 bytes, without empty parts, '.' and '..'",
                name -> ObjectName.of(name).isPresent());
    }

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

    /** The name of something that only the vendor has: it is kept unchanged, and returned by listings. */
    public static Scalar<String> elsewhere() {
        return Scalar.text("at most 256 characters", name -> name.codePointCount(0, name.length()) <= 256);
    }

    /** Description. */
    public static Scalar<String> description() {
        return Scalar.prose(2, 256);
    }
}
