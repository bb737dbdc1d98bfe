package dev.kiln.execution;

import dev.kiln.image.Architecture;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/** Something that some executions need and not every worker can do. */
public enum Ability {
    /** Reading and rewriting the file systems of disks. */
    DISKS("disks", "build on disks of virtual machines"),
    /** Making bootable disks from archives. */
    BOOTABLE_DISKS("bootable-disks", "make disks that boot"),
    /** Booting disks, with KVM or emulation. */
    MACHINES("machines", "boot disks to test them"),
    /** Booting disks with KVM. */
    KVM("kvm", "run machines by KVM"),
    /** Running programs for x86-64 processors, including i386 programs. */
    X86_64("x86_64", "run programs for x86_64 processors"),
    /** Running programs for 64-bit ARM processors. */
    ARM64("arm64", "run programs for arm64 processors"),
    /** Reading and writing XFS on disks through the kernel. */
    XFS("xfs", "build on disks with XFS"),
    /** Reading and writing Btrfs on disks through the kernel. */
    BTRFS("btrfs", "build on disks with Btrfs"),
    /** Running Packer. */
    PACKER("packer", "run Packer"),
    /** Giving a build the network that its template allows. */
    NETWORK("network", "let builds use a network");

    private final String word;
    private final String text;

    Ability(String word, String text) {
        this.word = word;
        this.text = text;
    }

    /** Its name in rows and answers. */
    public String word() {
        return word;
    }

    /** The words that follow "can" in a message. */
    public String text() {
        return text;
    }

    /** The ability to run programs for these processors. */
    public static Ability toRun(Architecture architecture) {
        return architecture == Architecture.ARM64 ? ARM64 : X86_64;
    }

    /** The names, in the order of declaration. */
    public static String[] words(Set<Ability> abilities) {
        return abilities.stream().sorted().map(Ability::word).toArray(String[]::new);
    }

    /** The text that follows "can" in a message; names that only newer versions know appear unchanged. */
    public static String told(Collection<String> words) {
        return words.stream().map(Ability::told).collect(Collectors.joining(" and "));
    }

    private static String told(String word) {
        return Arrays.stream(values())
                .filter(ability -> ability.word.equals(word))
                .map(Ability::text)
                .findFirst()
                .orElse(word);
    }
}
