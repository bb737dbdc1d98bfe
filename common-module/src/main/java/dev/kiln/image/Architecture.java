package dev.kiln.image;

import java.util.Arrays;
import java.util.Optional;

/**
 * Of the processors that an image's programs are for. Those of others are not told apart from ones that are not known.
 */
public enum Architecture {
    I386("i386", 3),
    X86_64("x86_64", 62),
    ARM64("arm64", 183);

    /** How many bytes of a program tell what it is for. */
    public static final int HEAD = 20;

    private final String word;
    private final int machine;

    /** @param machine its number in an ELF header */
    Architecture(String word, int machine) {
        this.word = word;
        this.machine = machine;
    }

    /** As the wire calls it. */
    public String word() {
        return word;
    }

    /** The one that is called so. */
    public static Optional<Architecture> of(String word) {
        return Arrays.stream(values()).filter(one -> one.word.equals(word)).findFirst();
    }

    /** That of this number in an ELF header. */
    static Optional<Architecture> of(int machine) {
        return Arrays.stream(values()).filter(one -> one.machine == machine).findFirst();
    }
}
