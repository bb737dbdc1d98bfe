package dev.kiln.execution;

import dev.kiln.image.Architecture;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/** What not every worker can do, and some executions need. */
public enum Ability {
    /** Reading the file systems of disks, and rewriting them. */
    DISKS("disks", "build on disks of virtual machines"),
    /** Making disks with a boot loader of archives. */
    BOOTABLE_DISKS("bootable-disks", "make disks that boot"),
    /** Booting disks, by KVM or emulated. */
    MACHINES("machines", "boot disks to test them"),
    /** Booting them by the processor. */
    KVM("kvm", "run machines by KVM"),
    /** Running programs for such processors, those for i386 among them. */
    X86_64("x86_64", "run programs for x86_64 processors"),
    /** Running programs for such processors. */
    ARM64("arm64", "run programs for arm64 processors"),
    /** Having the kernel read and write XFS of disks. */
    XFS("xfs", "build on disks with XFS"),
    /** The same of Btrfs. */
    BTRFS("btrfs", "build on disks with Btrfs"),
    /** Having Packer. */
    PACKER("packer", "run Packer"),
    /** Giving what runs for a build the network that its template allows. */
    NETWORK("network", "let builds use a network");

    private final String word;
    private final String text;

    Ability(String word, String text) {
        this.word = word;
        this.text = text;
    }

    /** As it is called in rows and answers. */
    public String word() {
        return word;
    }

    /** As it is told after "can". */
    public String text() {
        return text;
    }

    /** What it takes to run programs for these processors. */
    public static Ability toRun(Architecture architecture) {
        return architecture == Architecture.ARM64 ? ARM64 : X86_64;
    }

    /** The words, in their order here. */
    public static String[] words(Set<Ability> abilities) {
        return abilities.stream().sorted().map(Ability::word).toArray(String[]::new);
    }

    /** What is told of them after "can"; words of newer programs are told as they are. */
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
