package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The disk of a busybox system, made and looked into by this machine's own tools. */
final class SmallDisk {

    private static final String MAKE = """
            set -eu
            cd "$1"
            mkdir -p tree/bin tree/dev tree/etc tree/proc tree/root tree/run tree/tmp tree/usr tree/var
            cp "$(command -v busybox)" tree/bin/busybox
            for applet in sh echo; do ln -s busybox tree/bin/$applet; done
            echo 'root:x:0:0::/root:/bin/sh' > tree/etc/passwd
            echo 'LABEL=root / ext4 defaults 0 1' > tree/etc/fstab
            mke2fs -q -t ext4 -b 4096 -L root -d tree root.img 64M
            truncate -s 72M disk.raw
            printf 'label: gpt\\nstart=8192, size=131072\\n' | sfdisk -q disk.raw
            dd if=root.img of=disk.raw bs=1M seek=4 conv=notrunc status=none
            qemu-img convert -f raw -O qcow2 disk.raw "$2"
            """;

    private static final String LOOK = """
            set -eu
            qemu-img convert -O raw "$1" "$1.raw"
            e2fsck -fn "$1.raw?offset=4194304" > /dev/null 2>&1
            debugfs -R "cat $2" "$1.raw?offset=4194304" 2>&1 | tail -n +2
            rm "$1.raw"
            """;

    private SmallDisk() {}

    /** Makes it, as a qcow2 file. */
    static Path make(Path directory, Path file) throws Exception {
        run(MAKE, directory.toString(), file.toString());
        return file;
    }

    /** What is in a file of such a disk, whose file system has no fault. */
    static String file(Path disk, String path) throws Exception {
        return run(LOOK, disk.toString(), path);
    }

    private static String run(String script, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        command.addAll(List.of(arguments));
        var out = Files.createTempFile("disk", ".out");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        var said = Files.readString(out, StandardCharsets.UTF_8);
        Files.delete(out);
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
