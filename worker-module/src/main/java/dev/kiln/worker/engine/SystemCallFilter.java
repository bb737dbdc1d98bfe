package dev.kiln.worker.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What the commands of a build may not ask of the kernel, as a program for seccomp(2): what is the whole machine's and
 * in no namespace (keyrings, the kernel's log), what has often been a way into the kernel (user namespaces, BPF,
 * io_uring, userfaultfd, performance events, kinds of sockets that no network namespace holds), and nothing that
 * building an image needs. A refused call fails with EPERM, as without the capability for it, or as on a kernel
 * without.
 */
final class SystemCallFilter {

    private static final String MACHINE = System.getProperty("os.arch", "");

    private static final int EPERM = 1;
    /** For what a kernel may lack, so that programs go on without it. */
    private static final int ENOSYS = 38;

    private static final int EAFNOSUPPORT = 97;

    private static final int ALLOW = 0x7fff0000;
    private static final int ERROR = 0x00050000;

    /** Where struct seccomp_data has the number of the call, its kind of machine, and half of the first argument. */
    private static final int NUMBER = 0;

    private static final int ARCHITECTURE = 4;
    private static final int FIRST_ARGUMENT = 16;

    private static final int LOAD = 0x20;
    private static final int IF_EQUAL = 0x15;
    private static final int IF_AT_LEAST = 0x35;
    private static final int IF_ANY_BIT = 0x45;
    private static final int RETURN = 0x06;
    private static final int INSTRUCTION = 8;

    private static final int CLONE_NEWUSER = 0x10000000;
    /** Calls of x32, which come as calls of x86-64. */
    private static final int X32 = 0x40000000;
    /** clone() that hands its flags over in memory, where a filter cannot read them; programs fall back to clone(). */
    private static final int CLONE3 = 435;
    /** io_uring_setup, io_uring_enter, io_uring_register. */
    private static final List<Integer> IO_URING = List.of(425, 426, 427);
    /** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET: each is in a network namespace, or a file. */
    private static final List<Integer> FAMILIES = List.of(1, 2, 10, 16, 17);
    /** The call of 32-bit x86 programs for all that has to do with sockets; its arguments are in memory, too. */
    private static final int SOCKETCALL = 102;

    /**
     * A way to call a kernel.
     *
     * @param architecture how the kernel names it (AUDIT_ARCH)
     * @param sockets socket, socketpair
     * @param refused syslog, add_key, request_key, keyctl, perf_event_open, bpf, userfaultfd
     */
    private record Abi(int architecture, int cloning, int unsharing, List<Integer> sockets, List<Integer> refused) {

        private static final Abi X86_64 =
                new Abi(0xc000003e, 56, 272, List.of(41, 53), List.of(103, 248, 249, 250, 298, 321, 323));
        private static final Abi I386 =
                new Abi(0x40000003, 120, 310, List.of(359, 360), List.of(103, 286, 287, 288, 336, 357, 374));
        private static final Abi AARCH64 =
                new Abi(0xc00000b7, 220, 97, List.of(198, 199), List.of(116, 217, 218, 219, 241, 280, 282));
        private static final Abi ARM =
                new Abi(0x40000028, 120, 337, List.of(281, 288), List.of(103, 309, 310, 311, 364, 386, 388));

        /** All by which programs can call this kind of machine; none if it is not known. */
        static List<Abi> of(String machine) {
            return switch (machine.toLowerCase(Locale.ROOT)) {
                case "amd64", "x86_64" -> List.of(X86_64, I386);
                case "aarch64", "arm64" -> List.of(AARCH64, ARM);
                default -> List.of();
            };
        }
    }

    private SystemCallFilter() {}

    /** Whether the numbers of this machine's calls are known; else all are allowed. */
    static boolean isKnown() {
        return !Abi.of(MACHINE).isEmpty();
    }

    /** Writes the program for this machine into the scratch directory, where no command can reach it. */
    static Path write(Scratch scratch, EngineSettings settings) throws IOException {
        return Files.write(scratch.directory().resolve("filter"), program(MACHINE, settings));
    }

    /**
     * The program for bubblewrap's {@code --seccomp}.
     *
     * @param machine the Java name of the machine, like {@code amd64}
     * @param settings say whether user namespaces and sockets of i386 programs are allowed
     */
    static byte[] program(String machine, EngineSettings settings) {
        var abis = Abi.of(machine);
        var all = new Program();
        if (abis.isEmpty()) {
            all.add(RETURN, ALLOW);
            return all.bytes();
        }
        all.add(LOAD, ARCHITECTURE);
        for (var abi : abis) {
            var calls = calls(abi, settings);
            all.add(IF_EQUAL, abi.architecture, 0, calls.length());
            all.add(calls);
        }
        all.add(RETURN, ERROR | ENOSYS);
        return all.bytes();
    }

    private static Program calls(Abi abi, EngineSettings settings) {
        var program = new Program();
        program.add(LOAD, NUMBER);
        if (abi.equals(Abi.X86_64)) {
            program.refuse(IF_AT_LEAST, X32, ENOSYS);
        }
        abi.refused.forEach(number -> program.refuse(IF_EQUAL, number, EPERM));
        IO_URING.forEach(number -> program.refuse(IF_EQUAL, number, EPERM));
        abi.sockets.forEach(number -> program.add(sockets(number)));
        if (abi.equals(Abi.I386) && !settings.i386Sockets()) {
            program.refuse(IF_EQUAL, SOCKETCALL, ENOSYS);
        }
        if (!settings.userNamespaces()) {
            program.refuse(IF_EQUAL, CLONE3, ENOSYS);
            program.add(IF_EQUAL, abi.cloning, 1, 0);
            program.add(IF_EQUAL, abi.unsharing, 0, 3);
            program.add(LOAD, FIRST_ARGUMENT);
            program.refuse(IF_ANY_BIT, CLONE_NEWUSER, EPERM);
        }
        program.add(RETURN, ALLOW);
        return program;
    }

    /** Decides about one call by the family of the socket. */
    private static Program sockets(int number) {
        var families = new Program();
        families.add(LOAD, FIRST_ARGUMENT);
        for (int family : FAMILIES) {
            families.add(IF_EQUAL, family, 0, 1);
            families.add(RETURN, ALLOW);
        }
        families.add(RETURN, ERROR | EAFNOSUPPORT);
        var program = new Program();
        program.add(IF_EQUAL, number, 0, families.length());
        program.add(families);
        return program;
    }

    /** Instructions as the kernel reads them (struct sock_filter). */
    private static final class Program {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        void add(int operation, int operand) {
            add(operation, operand, 0, 0);
        }

        /** An instruction that skips so many of those after it. */
        void add(int operation, int operand, int ifTrue, int ifFalse) {
            bytes.writeBytes(ByteBuffer.allocate(INSTRUCTION)
                    .order(ByteOrder.nativeOrder())
                    .putShort((short) operation)
                    .put((byte) ifTrue)
                    .put((byte) ifFalse)
                    .putInt(operand)
                    .array());
        }

        void refuse(int condition, int operand, int error) {
            add(condition, operand, 0, 1);
            add(RETURN, ERROR | error);
        }

        void add(Program other) {
            bytes.writeBytes(other.bytes());
        }

        int length() {
            return bytes.size() / INSTRUCTION;
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }
    }
}
