package dev.kiln.bench.build;

import dev.kiln.bench.Scenario;
import dev.kiln.bench.Surroundings;
import dev.kiln.bench.result.Measure;
import dev.kiln.bench.result.Results;
import dev.kiln.bench.system.KilnSystem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The same commands on the disk of a real Debian, by Kiln and by its alternatives. */
public final class Disks implements Scenario {

    /** Without packages: the speed of a mirror is not the question. */
    private static final List<String> COMMANDS = List.of(
            "find /usr -xdev -type f -exec sha256sum {} + > /srv/sums",
            "for i in $(seq 500); do echo $i > /srv/file-$i; done",
            "dpkg --list > /srv/packages");

    // Some contenders boot a machine, which takes minutes without KVM.
    private static final int MOST_ROUNDS = 2;

    private static final String VIRT_CUSTOMIZE = "virt-customize";
    private static final String PACKER = "packer, qemu builder";

    @Override
    public String name() {
        return "disks";
    }

    @Override
    public void measure(Surroundings surroundings) throws Exception {
        var reason = whyNot(surroundings);
        if (reason.isPresent()) {
            for (var builder : List.of("Kiln", VIRT_CUSTOMIZE, PACKER)) {
                surroundings.results().missing(whole(builder), reason.get());
            }
            return;
        }
        var database = surroundings.database().create("disks");
        var directory = surroundings.directory().resolve(database.name());
        try (var system = new KilnSystem(directory, surroundings.programs(), database, 1).start(1)) {
            surroundings.screen().say("making a Debian disk");
            var debian = new DebianDisk(surroundings.programs(), directory);
            var base = debian.make(system);
            var kiln = new KilnBuilder(system, base);
            var builders = new ArrayList<Builder>(List.of(kiln));
            addOthers(surroundings, debian, builders);
            kiln.build(List.of("true", "true")); // unpacks the base image
            for (var round = 1;
                    round <= Math.min(MOST_ROUNDS, surroundings.size().rounds());
                    round++) {
                surroundings.screen().say("round " + round);
                for (var builder : List.copyOf(builders)) {
                    if (!measured(surroundings, builder)) {
                        builders.remove(builder);
                    }
                }
            }
        } finally {
            surroundings.database().drop(database);
        }
    }

    /** Measures once; false when it failed: it is not tried again, and the others are still measured. */
    private static boolean measured(Surroundings surroundings, Builder builder) throws InterruptedException {
        surroundings.screen().say(builder.name());
        try {
            surroundings
                    .results()
                    .add(whole(builder.name()), builder.build(COMMANDS).wholeMillis());
            return true;
        } catch (IOException e) {
            surroundings.results().missing(whole(builder.name()), String.valueOf(e.getMessage()));
            return false;
        }
    }

    private static Optional<String> whyNot(Surroundings surroundings) {
        if (surroundings.size().quick()) {
            return Optional.of("not in a quick run: it takes minutes");
        }
        return surroundings.programs().find("mmdebstrap").isPresent()
                ? Optional.empty()
                : Optional.of("mmdebstrap, which makes the base, is not installed");
    }

    private static void addOthers(Surroundings surroundings, DebianDisk debian, List<Builder> builders)
            throws IOException, InterruptedException {
        var programs = surroundings.programs();
        if (programs.find(VIRT_CUSTOMIZE).isPresent()) {
            builders.add(new VirtCustomize(programs, debian));
        } else {
            missing(surroundings.results(), VIRT_CUSTOMIZE);
        }
        if (programs.find("packer").isPresent()
                && programs.find("qemu-system-x86_64").isPresent()) {
            builders.add(new PackerQemu(programs, debian));
        } else {
            missing(surroundings.results(), PACKER);
        }
    }

    private static void missing(Results results, String program) {
        results.missing(whole(program), program + " is not installed");
    }

    /** The duration from a disk to a compressed disk. */
    private static Measure whole(String builder) {
        var name = "3 commands on a Debian disk, ";
        var measure = Measure.of(name + builder, "ms");
        return builder.equals("Kiln") ? measure : measure.against(Measure.of(name + "Kiln", ""));
    }
}
