package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.image.archive.TarEntry;
import dev.kiln.image.archive.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What a command asks of the kernel, by programs of a few instructions whose exit status is the error. */
@Timeout(120)
class SystemCallFilterTest {

    private static final int NEW_USER = 0x10000000;
    private static final int FILES = 0x200;
    private static final int CHILD_ENDED = 17;

    private static final int X86_64 = 0xc000003e;
    private static final int I386 = 0x40000003;
    private static final int AARCH64 = 0xc00000b7;
    private static final int ARM = 0x40000028;
    private static final int MIPS = 8;

    /** ESOCKTNOSUPPORT: the family was asked for type 0. */
    private static final int NO_SUCH_TYPE = 94;

    private static final String ALLOWED = "allowed";
    private static final String REFUSED = "error 1";
    private static final String UNKNOWN = "error 38";
    private static final String NO_SUCH_FAMILY = "error 97";

    private final RecordedOutput output = new RecordedOutput();

    @TempDir
    private Path directory;

    @Test
    @EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
    void interfacesWithoutNamespacesAndUserNamespacesAreClosedToBothKindsOfPrograms() throws Exception {
        var statuses = statuses(TestSettings.of(directory).build());

        assertThat(statuses)
                .containsEntry("32-unshare-files", 0)
                .containsEntry("64-unshare-files", 0)
                .containsEntry("32-clone3", 38)
                .containsEntry("64-clone3", 38);
        assertSockets(statuses);
        assertThat(statuses).containsEntry("32-socketcall", 38);
        statuses.keySet()
                .removeIf(name -> name.endsWith("files") || name.endsWith("clone3") || name.contains("socket"));
        assertThat(statuses)
                .hasSize(24)
                .allSatisfy((name, status) -> assertThat(status).as(name).isEqualTo(1));
    }

    @Test
    @EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
    void userNamespacesCanBeAllowedAndNothingElse() throws Exception {
        var statuses = statuses(TestSettings.of(directory).withUserNamespaces().build());

        assertThat(statuses)
                .containsEntry("32-unshare-user", 0)
                .containsEntry("64-unshare-user", 0)
                .doesNotContainEntry("32-clone-user", 1) // but the id of the child, as far as a status can hold it
                .doesNotContainEntry("64-clone-user", 1)
                .containsEntry("32-keyctl", 1)
                .containsEntry("64-keyctl", 1);
        assertSockets(statuses);
    }

    @Test
    @EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
    void programsOfI386MayOpenSocketsWhereTheOperatorAllowsIt() throws Exception {
        var statuses = statuses(TestSettings.of(directory).withI386Sockets().build());

        assertThat(statuses).containsEntry("32-socketcall", 14); // EFAULT: it would look for its arguments
        assertSockets(statuses);
    }

    /** The kernel has AF_VSOCK and AF_ALG in no network namespace; without them it would give the same error. */
    private static void assertSockets(Map<String, Integer> statuses) {
        for (var bits : List.of("32", "64")) {
            assertThat(statuses)
                    .containsEntry(bits + "-socket-unix", NO_SUCH_TYPE)
                    .containsEntry(bits + "-socket-vsock", 97)
                    .containsEntry(bits + "-socket-alg", 97)
                    .containsEntry(bits + "-socketpair-vsock", 97);
        }
    }

    @Test
    void commandsOfPackerAreFilteredToo() throws Exception {
        assertThat(saidByPacker(TestSettings.of(directory))).contains("refused").doesNotContain("made");
        // The same command does make one where it may: another reason to fail would be noticed.
        assertThat(saidByPacker(TestSettings.of(directory).withUserNamespaces()))
                .contains("made")
                .doesNotContain("refused");
    }

    /** In pieces, for Packer may say what it runs. */
    private static String saidByPacker(TestSettings settings) throws Exception {
        var command = "unshare --user true && echo ma''de || echo refus''ed";
        var said = new RecordedOutput();
        new SandboxBuildEngine(settings.build())
                .runPacker(
                        PackerRunTest.request(PackerRunTest.FILE.formatted("\"" + command + "\"")),
                        "image.pkr.hcl",
                        said);
        return said.text();
    }

    @Test
    void otherMachinesAndOtherWaysToCallThisOneAreKnown() {
        var closed = TestSettings.of(directory).build();
        var arm = SystemCallFilter.program("aarch64", closed);
        assertThat(decision(arm, AARCH64, 97, NEW_USER | FILES)).isEqualTo(REFUSED);
        assertThat(decision(arm, AARCH64, 97, FILES)).isEqualTo(ALLOWED);
        assertThat(decision(arm, AARCH64, 220, NEW_USER)).isEqualTo(REFUSED);
        assertThat(decision(arm, AARCH64, 219, 0)).isEqualTo(REFUSED);
        assertThat(decision(arm, AARCH64, 64, NEW_USER)).isEqualTo(ALLOWED);
        assertThat(decision(arm, AARCH64, 435, 0)).isEqualTo(UNKNOWN);
        assertThat(decision(arm, ARM, 337, NEW_USER)).isEqualTo(REFUSED);
        assertThat(decision(arm, ARM, 311, 0)).isEqualTo(REFUSED);
        assertThat(decision(arm, AARCH64, 198, 40)).isEqualTo(NO_SUCH_FAMILY);
        assertThat(decision(arm, AARCH64, 199, 10)).isEqualTo(ALLOWED);
        assertThat(decision(arm, AARCH64, 64, 40)).isEqualTo(ALLOWED);
        assertThat(decision(arm, ARM, 281, 38)).isEqualTo(NO_SUCH_FAMILY);
        assertThat(decision(arm, ARM, 281, 2)).isEqualTo(ALLOWED);
        assertThat(decision(arm, MIPS, 0, 0)).isEqualTo(UNKNOWN);

        // Those that this machine's kernel may refuse to a command without the filter, too.
        var x86Closed = SystemCallFilter.program("amd64", closed);
        for (int number : List.of(103, 321, 323)) {
            assertThat(decision(x86Closed, X86_64, number, 0)).isEqualTo(REFUSED);
        }
        for (int number : List.of(103, 357, 374)) {
            assertThat(decision(x86Closed, I386, number, 0)).isEqualTo(REFUSED);
        }
        var x86 = SystemCallFilter.program(
                "amd64", TestSettings.of(directory).withUserNamespaces().build());
        assertThat(decision(x86, X86_64, 0x40000000 + 250, 0)).isEqualTo(UNKNOWN);
        assertThat(decision(x86, X86_64, 435, 0)).isEqualTo(ALLOWED);
        assertThat(decision(x86, X86_64, 41, 40)).isEqualTo(NO_SUCH_FAMILY);
        assertThat(decision(x86, X86_64, 56, 40)).isEqualTo(ALLOWED);
        assertThat(decision(SystemCallFilter.program("riscv64", closed), MIPS, 250, 0))
                .isEqualTo(ALLOWED);
    }

    /** What each program of {@link #programs} exits with in a build. */
    private Map<String, Integer> statuses(EngineSettings settings) throws Exception {
        var content = "RUN cd /calls; for call in *; do ./$call > /dev/null; /bin/busybox echo call $call $?; done";
        var request = new BuildRequest(
                "exec-calls",
                BusyboxBase.image(base()),
                BuildEngineContract.commands(content),
                Optional.empty(),
                false,
                64L << 20);
        new SandboxBuildEngine(settings).test(request, output);
        var statuses = new TreeMap<String, Integer>();
        output.text()
                .lines()
                .map(line -> line.split(" "))
                .filter(line -> line[0].equals("call"))
                .forEach(line -> statuses.put(line[1], Integer.valueOf(line[2])));
        return statuses;
    }

    private static byte[] base() throws IOException {
        var out = new ByteArrayOutputStream();
        try (var writer = new TarWriter(out)) {
            BusyboxBase.file(writer, "bin/busybox", Files.readAllBytes(Path.of("/bin/busybox")), 0755);
            writer.header(BusyboxBase.entry(TarEntry.Type.SYMBOLIC_LINK, "bin/sh", "busybox", 0777, 0));
            for (var program : programs().entrySet()) {
                BusyboxBase.file(writer, "calls/" + program.getKey(), program.getValue(), 0755);
            }
        }
        return out.toByteArray();
    }

    private static Map<String, byte[]> programs() {
        var programs = new TreeMap<String, byte[]>();
        Stream.of(
                        "syslog 103 103 10",
                        "add_key 248 286 0",
                        "request_key 249 287 0",
                        "keyctl 250 288 0",
                        "perf_event_open 298 336 0",
                        "bpf 321 357 0",
                        "userfaultfd 323 374 0",
                        "io_uring_setup 425 425 1",
                        "io_uring_enter 426 426 0",
                        "io_uring_register 427 427 0",
                        "clone3 435 435 0",
                        "socket-unix 41 359 1",
                        "socket-vsock 41 359 40",
                        "socket-alg 41 359 38",
                        "socketpair-vsock 53 360 40",
                        "socketcall 102 102 1",
                        "unshare-files 272 310 " + FILES,
                        "unshare-user 272 310 " + NEW_USER,
                        "clone-user 56 120 " + (NEW_USER | CHILD_ENDED))
                .map(line -> line.split(" "))
                .forEach(call -> {
                    programs.put("64-" + call[0], program(true, Integer.parseInt(call[1]), Integer.parseInt(call[3])));
                    programs.put("32-" + call[0], program(false, Integer.parseInt(call[2]), Integer.parseInt(call[3])));
                });
        return programs;
    }

    /** An executable file; the calls of 32-bit programs can be made by others, too. */
    private static byte[] program(boolean wide, int number, int argument) {
        var code = wide ? wide(number, argument) : narrow(number, argument);
        long start = 0x400000;
        int headers = 64 + 56;
        var file = new byte[headers + code.length];
        ByteBuffer.wrap(file)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(bytes(0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0))
                .putShort((short) 2) // an executable
                .putShort((short) 62) // for x86-64
                .putInt(1)
                .putLong(start + headers)
                .putLong(64) // the program header follows
                .putLong(0)
                .putInt(0)
                .putShort((short) 64)
                .putShort((short) 56)
                .putShort((short) 1)
                .put(new byte[6])
                .putInt(1) // to be loaded
                .putInt(5) // to read and to run
                .putLong(0)
                .putLong(start)
                .putLong(start)
                .putLong(file.length)
                .putLong(file.length)
                .putLong(4096)
                .put(code);
        return file;
    }

    private static byte[] wide(int number, int argument) {
        var code = new byte[64];
        ByteBuffer.wrap(code)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0xb8) // eax
                .putInt(number)
                .put((byte) 0xbf) // edi; esi, edx and r10 are 0
                .putInt(argument)
                .put(bytes(0x31, 0xf6, 0x31, 0xd2, 0x45, 0x31, 0xd2, 0x0f, 0x05))
                .put(bytes(0xf7, 0xd8, 0x89, 0xc7, 0xb8, 60, 0, 0, 0, 0x0f, 0x05)); // exit(-eax)
        return code;
    }

    private static byte[] narrow(int number, int argument) {
        var code = new byte[64];
        ByteBuffer.wrap(code)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0xb8) // eax
                .putInt(number)
                .put((byte) 0xbb) // ebx; ecx, edx and esi are 0
                .putInt(argument)
                .put(bytes(0x31, 0xc9, 0x31, 0xd2, 0x31, 0xf6, 0xcd, 0x80))
                .put(bytes(0xf7, 0xd8, 0x89, 0xc3, 0xb8, 1, 0, 0, 0, 0xcd, 0x80)); // exit(-eax)
        return code;
    }

    private static byte[] bytes(int... values) {
        var bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    /** Runs the program as the kernel does. */
    private static String decision(byte[] program, int architecture, int number, int argument) {
        var code = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
        var data = Map.of(0, number, 4, architecture, 16, argument);
        int held = 0;
        for (int at = 0; ; at++) {
            int operand = code.getInt(8 * at + 4);
            boolean holds = false;
            switch (code.getShort(8 * at)) {
                case 0x20 -> {
                    held = data.get(operand);
                    continue;
                }
                case 0x06 -> {
                    return operand == 0x7fff0000 ? ALLOWED : "error " + (operand & 0xffff);
                }
                case 0x15 -> holds = held == operand;
                case 0x35 -> holds = Integer.compareUnsigned(held, operand) >= 0;
                case 0x45 -> holds = (held & operand) != 0;
                default -> throw new IllegalArgumentException("instruction " + at);
            }
            at += code.get(8 * at + (holds ? 2 : 3)) & 0xff;
        }
    }
}
