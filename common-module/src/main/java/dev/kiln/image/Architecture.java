package dev.kiln.image;

import java.util.Arrays;
import java.util.Optional;

/** The processors that an image's programs are made for. Others than these count as unknown. */
public enum Architecture {
    I386("i386", 3),
    X86_64("x86_64", 62),
    ARM64("arm64", 183);

    /** How many bytes at the beginning of a program are needed to recognise its architecture. */
    public static final int HEAD = 20;

    private final String word;
    private final int machine;

    /** @param machine its number in an ELF header */
    Architecture(String word, int machine) {
        this.word = word;
        this.machine = machine;
    }

    /** Its name on the wire. */
    public String word() {
        return word;
    }

    /** The architecture of this name. */
    public static Optional<Architecture> of(String word) {
        return Arrays.stream(values()).filter(one -> one.word.equals(word)).findFirst();
    }

    /** The architecture of this number in an ELF header. */
    static Optional<Architecture> of(int machine) {
        return Arrays.stream(values()).filter(one -> one.machine == machine).findFirst();
    }
}
