package dev.kiln.worker.machine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsoleTest {

    private final List<String> lines = new ArrayList<>();
    private final Console console = new Console(lines::add);

    private void says(String text) {
        var bytes = text.getBytes(UTF_8);
        console.take(bytes, bytes.length);
    }

    @Test
    void linesAreToldWithoutWhatMovesACursor() {
        says("\033[2J\033[01;01Hbooting\r\n\033[0;32m  OK  \033[0m Rea");
        says("ched \007target.\r\n\r\n");
        assertThat(lines).containsExactly("booting", "  OK   Reached target.");
        assertThat(console.trouble()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs\n', 'the kernel panicked: VFS: Unable to mount root fs'",
        "'You are in emergency mode. After logging in, type \"journalctl -xb\"\n', the system is in emergency mode",
        "'Entering emergency mode. Exit the shell to continue.\n', the initramfs is in emergency mode",
        "'(initramfs) ', the initramfs did not find the root file system",
        "'grub rescue> ', the boot loader GRUB found no kernel to start",
        "'No bootable device.\n', the firmware found nothing to boot on the disk",
        "'BdsDxe: No bootable option or device was found.\n', the firmware found nothing to boot on the disk"
    })
    void whatSpeaksAgainstABootIsNoticedEvenInAPrompt(String said, String trouble) {
        says("before\n" + said);
        assertThat(console.trouble()).contains(trouble);
        assertThat(console.panic().isPresent()).isEqualTo(trouble.contains("panicked"));
        assertThat(console.tail().strip())
                .startsWith("last lines of its console:\nbefore\n")
                .endsWith(said.strip());
    }

    @Test
    void panicAfterOtherTroubleIsNoticed() {
        says("grub> boot\nKernel panic - not syncing: out of everything\n");
        assertThat(console.panic()).contains("the kernel panicked: out of everything");
    }

    @Test
    void reasonOfAPanicOutlivesItsTrace() {
        says("Kernel panic - not syncing: Attempted to kill init!\n" + "[ 2.6] panic+0x118/0x2f4\n".repeat(100)
                + "---[ end Kernel panic - not syncing: Attempted to kill init! ]---\n");
        assertThat(console.panic()).contains("the kernel panicked: Attempted to kill init!");
        assertThat(console.trouble()).isEqualTo(console.panic());
    }

    @Test
    void emptyConsoleIsExplained() {
        assertThat(console.tail()).contains("does the kernel's command line say console=ttyS0?");
    }

    @Test
    void floodIsKeptShortInTheLogAndInMemory() {
        var line = "x".repeat(5000);
        for (int i = 0; i < 1000; i++) {
            says(line);
        }
        says("\nthe end\n");
        assertThat(lines.stream().mapToInt(String::length).sum()).isLessThan((1 << 20) + 100);
        assertThat(lines).last().isEqualTo("(there is more; it is not shown)");
        assertThat(console.tail()).endsWith("the end").hasSizeLessThan(30_000);
    }
}
