package dev.kiln.worker.engine;

import dev.kiln.image.ImageForm;
import dev.kiln.worker.disk.OpenedDisk;
import dev.kiln.worker.disk.ToolRun;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The command lines of everything that runs for a build. Each starts its own namespaces, so no mount is ever visible
 * outside, and everything in them ends with their first process.
 */
final class SandboxCommands {

    /** Defines the function that makes a build's own network. */
    static final String NETWORK = script("network.sh");

    private static final String SCRIPT = NETWORK + script("sandbox.sh");
    private static final String MEASURE = script("measure.sh");

    static final String RUN = script("run.sh");
    static final String TASK = script("task.sh") + RUN;
    static final String COPY = script("copy.sh");
    private static final String DISK = script("disk.sh");
    static final String DATABASES = script("databases.sh");
    static final String RPM = script("rpm.sh");
    private static final String PACKER = script("packer.sh");
    static final String SYSPREP = script("sysprep.sh");
    /** Prefix of the script that a sandbox is given: joins the command's standard error to its standard output. */
    static final String JOIN_ERRORS = "exec 2>&1\n";

    private static final List<String> OWN_USERS = List.of("unshare", "--user", "--map-auto", "--map-root-user", "--");

    /** The unit of a file size limit. */
    private static final int BLOCK = 512;

    private static final String TOOLS = "/run/kiln/busybox";

    /** The descriptor from which bubblewrap reads the {@link SystemCallFilter}. */
    private static final String FILTER = "7";

    private static final String WITH_FILTER = "file=$1; shift; exec \"$@\" 7< \"$file\"";

    /** What package managers need within the image; none of these reaches beyond it. */
    private static final List<String> CAPABILITIES = List.of(
            "CHOWN",
            "DAC_OVERRIDE",
            "FOWNER",
            "FSETID",
            "KILL",
            "SETUID",
            "SETGID",
            "SETPCAP",
            "SETFCAP",
            "SYS_CHROOT",
            "NET_BIND_SERVICE",
            "AUDIT_WRITE");

    private static final List<String> COVERED = CoveredProc.options();

    private final EngineSettings settings;
    private final boolean mapped;
    private final String busybox;

    /** @param busybox the static busybox */
    SandboxCommands(EngineSettings settings, boolean mapped, Path busybox) {
        this.settings = settings;
        this.mapped = mapped;
        this.busybox = busybox.toString();
    }

    /** Whether sandboxes need a user namespace. */
    boolean isMapped() {
        return mapped;
    }

    /** A tool of this machine, run as the user that owns the build's files. */
    List<String> tool(String... command) {
        var line = namespaces(List.of());
        line.addAll(List.of(command));
        return line;
    }

    /** The namespaces of one command; their first process waits for the file {@code step} and a line on its input. */
    List<String> waiting(Scratch scratch, boolean network) {
        var line = namespaces(List.of());
        line.addAll(List.of(busybox, "sh", "-c", SCRIPT, "kiln"));
        line.addAll(List.of(scratch.directory().toString(), Long.toString(scratch.diskBytes() / BLOCK)));
        line.add(mapped ? Integer.toString(settings.processes()) : "");
        line.add(String.join(" ", scratch.group().joinFiles()));
        line.add(network && OwnNetwork.isOf(scratch) ? "network" : "");
        return line;
    }

    /**
     * The script for that process that runs a command in the image; it finds static tools as {@code /run/kiln/busybox}.
     */
    String step(Scratch scratch, BuildState state, List<String> command) throws IOException {
        boolean network = scratch.network();
        var line = new ArrayList<>(OwnNetwork.isOf(scratch) ? List.of(busybox, "nsenter", "--net=net") : List.of());
        line.addAll(List.of("bwrap", "--seccomp", FILTER, "--bind", "merged", "/", "--proc", "/proc"));
        line.addAll(COVERED);
        var memory = Long.toString(settings.memory().toBytes() / 4);
        line.addAll(List.of("--dev", "/dev", "--size", memory, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"));
        line.addAll(List.of("--size", memory, "--tmpfs", "/run", "--ro-bind", busybox, TOOLS));
        line.addAll(List.of("--bind", "tmp", "/tmp"));
        for (var point : OpenedDisk.nestedPoints(scratch.directory())) {
            line.addAll(List.of("--bind", "merged" + point, point));
        }
        int mounts = 0;
        for (var point : OpenedDisk.pointsBelow(scratch.directory())) {
            line.addAll(List.of("--ro-bind", "mounts/" + ++mounts, point));
        }
        line.addAll(OwnNetwork.resolver(scratch));
        line.addAll(isolation(network));
        line.add("--clearenv");
        state.processEnvironment().forEach((name, value) -> line.addAll(List.of("--setenv", name, value)));
        if (!state.parameters().all().isEmpty()) {
            line.addAll(List.of("--args", "9"));
        }
        CAPABILITIES.forEach(name -> line.addAll(List.of("--cap-add", "CAP_" + name)));
        line.addAll(List.of("--chdir", state.directory(), "--", TOOLS));
        line.addAll(command);
        return file(scratch, network, scratch.usage().begin(), line);
    }

    /** The arguments that set the run's parameters, which no other process of this machine may see. */
    static String hidden(BuildState state) {
        var arguments = new StringBuilder();
        state.parameters()
                .environment()
                .forEach((name, value) -> arguments
                        .append("--setenv\0")
                        .append(name)
                        .append('\0')
                        .append(value)
                        .append('\0'));
        return Base64.getEncoder().encodeToString(arguments.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The script for a waiting sandbox that runs GNU tar over the finished image; the archive goes to standard output.
     */
    String pack(Scratch scratch, long newest) throws IOException {
        var line = new ArrayList<>(List.of("tar", "--create", "--directory=/image", "--sort=name", "--numeric-owner"));
        line.addAll(List.of("--format=posix", "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime"));
        line.addAll(List.of("--xattrs", "--xattrs-include=*", "--clamp-mtime", "--mtime=@" + newest, "."));
        return read(scratch, List.of(), line);
    }

    /**
     * The script for a waiting sandbox that runs a tool which may read all of the finished image, at {@code /image}.
     */
    String read(Scratch scratch, List<String> capabilities, List<String> tool) throws IOException {
        var line = host(List.of("--seccomp", FILTER, "--ro-bind", "merged", "/image"));
        capabilities.forEach(name -> line.addAll(List.of("--cap-add", "CAP_" + name)));
        line.addAll(List.of("--cap-add", "CAP_DAC_READ_SEARCH", "--"));
        line.addAll(tool);
        return file(scratch, false, List.of(), line);
    }

    /**
     * The script for a waiting sandbox that makes a bootable disk of the finished image, as a file in the directory.
     */
    String packDisk(Scratch scratch, String directory, ImageForm.Kind kind, long newest) throws IOException {
        var line = host(List.of("--seccomp", FILTER, "--bind", "merged", "/image", "--bind", directory, "/out"));
        for (var name : List.of("DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER")) {
            line.addAll(List.of("--cap-add", "CAP_" + name));
        }
        line.addAll(List.of("--", "sh", "-c", DISK, "kiln", kind.driver()));
        line.addAll(List.of(Long.toString(scratch.diskBytes()), Long.toString(newest)));
        return file(scratch, false, List.of(), line);
    }

    private String file(Scratch scratch, boolean network, List<String> measured, List<String> line) throws IOException {
        SystemCallFilter.write(scratch, settings);
        return "network=" + (network ? "network" : "alone")
                + "\nlower=" + quoted(scratch.layers().lower())
                + "\nupper=" + quoted(scratch.layers().upper())
                + "\nwork=" + quoted(scratch.work())
                + "\nmeasured=" + quoted(String.join(" ", measured))
                + "\nlast=" + (measured.isEmpty() || scratch.usage().isPackedNext() ? "" : "measured")
                + line.stream().map(SandboxCommands::quoted).collect(Collectors.joining(" ", "\nset -- ", "\n"));
    }

    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** GNU tar reading an archive of {@link dev.kiln.image.archive.TarWriter} from standard input. */
    List<String> extract(Path target) throws IOException {
        var line = namespaces(List.of());
        line.addAll(filtered(List.of("--bind", target.toString(), "/image")));
        line.addAll(forOwners());
        line.addAll(List.of("tar", "--extract", "--directory=/image", "--absolute-names", "--numeric-owner"));
        line.addAll(List.of("--same-owner", "--same-permissions", "--xattrs", "--xattrs-include=*"));
        line.add("--delay-directory-restore");
        return line;
    }

    /**
     * GNU tar over a layer, in overlay's own form, and over the directory that stands for /tmp; the layer is measured
     * first. Nothing of the image is run, so bubblewrap's own namespaces are enough.
     */
    List<String> packLayer(Scratch scratch, int layer, Path tmp) throws IOException {
        var line = new ArrayList<>(List.of("setsid", "--wait"));
        if (mapped) {
            line.addAll(OWN_USERS);
        }
        var directory = Layers.directory(layer);
        line.addAll(List.of(
                busybox, "sh", "-c", MEASURE, "kiln", scratch.directory().toString(), directory));
        line.add(String.join(" ", scratch.group().packingJoinFiles()));
        var source = scratch.directory().resolve(directory).toString();
        line.addAll(filtered(List.of("--ro-bind", source, "/image/layer", "--ro-bind", tmp.toString(), "/image/tmp")));
        line.addAll(List.of("--cap-add", "CAP_DAC_READ_SEARCH", "--"));
        line.addAll(List.of("tar", "--create", "--directory=/image", "--numeric-owner", "--sparse", "--format=posix"));
        line.addAll(List.of("--xattrs", "--xattrs-include=*"));
        // They refer to files of this machine's base image; another machine has other files.
        line.addAll(List.of("--xattrs-exclude=user.overlay.origin", "--xattrs-exclude=user.overlay.impure"));
        line.addAll(List.of("layer", "tmp"));
        return line;
    }

    /** The reverse of {@link #packLayer}, from standard input; /tmp only if wanted. */
    List<String> unpackLayer(Scratch scratch, boolean withTmp) throws IOException {
        var line = namespaces(scratch.group().joinFiles());
        var layer = scratch.upper().toString();
        var tmp = scratch.tmp().toString();
        line.addAll(filtered(List.of("--bind", layer, "/image/layer", "--bind", tmp, "/image/tmp")));
        line.addAll(forOwners());
        line.addAll(List.of("tar", "--extract", "--directory=/image", "--numeric-owner", "--same-owner"));
        line.addAll(List.of("--same-permissions", "--xattrs", "--xattrs-include=*", "--delay-directory-restore"));
        line.addAll(withTmp ? List.of("layer", "tmp") : List.of("layer"));
        return line;
    }

    /** Removes the paths read from standard input, each ended by a NUL; only the target can be written to. */
    List<String> remove(Path target) throws IOException {
        var line = namespaces(List.of());
        line.addAll(filtered(List.of("--bind", target.toString(), "/image")));
        line.addAll(forOwners());
        line.addAll(List.of("sh", "-c", "cd /image && exec xargs -0 -r rm -rf --"));
        return line;
    }

    /**
     * A program of this machine that is given access to one directory only, which it sees as /machine.
     *
     * @param mounts options that show it more
     * @param capabilities its capabilities in the sandbox
     */
    List<String> machine(Scratch scratch, List<String> mounts, List<String> capabilities, boolean network)
            throws IOException {
        var line = namespaces(scratch.group().joinFiles());
        line.addAll(network ? OwnNetwork.around(scratch, busybox) : List.of());
        var filter = SystemCallFilter.write(scratch, settings);
        line.addAll(List.of(busybox, "sh", "-c", WITH_FILTER, "kiln", filter.toString()));
        line.addAll(List.of("prlimit", "--core=0", "--fsize=" + Math.addExact(scratch.diskBytes(), 1L << 30), "--"));
        line.addAll(
                host(List.of("--bind", scratch.directory().resolve("machine").toString(), "/machine"), network));
        line.addAll(List.of("--seccomp", FILTER));
        line.addAll(mounts);
        capabilities.forEach(name -> line.addAll(List.of("--cap-add", "CAP_" + name)));
        line.add("--");
        return line;
    }

    /** Shows this machine's static tools as that file. */
    List<String> showTools(String file) {
        return List.of("--ro-bind", busybox, file);
    }

    /** A tool on a disk. */
    List<String> disk(ToolRun tool) throws IOException {
        return new ToolLine(this, settings.commandTime()).of(tool);
    }

    /** Packer on a file of the context in /machine; it reads its environment from its input and ends when that ends. */
    List<String> packer(Scratch scratch, String file) throws IOException {
        var mounts = new ArrayList<String>();
        if (scratch.network()) {
            mounts.addAll(OwnNetwork.resolver(scratch));
            for (var shown : List.of("/etc/hosts", "/etc/nsswitch.conf", "/etc/ssl/certs")) {
                mounts.addAll(List.of("--ro-bind-try", shown, shown));
            }
        }
        var capabilities = List.of("CHOWN", "DAC_OVERRIDE", "SETUID", "SETGID", "SETPCAP", "KILL");
        var line = machine(scratch, mounts, capabilities, scratch.network());
        line.addAll(List.of("sh", "-c", PACKER, "kiln", file));
        return line;
    }

    private static List<String> forOwners() {
        var options = new ArrayList<String>();
        for (var name : List.of("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETFCAP")) {
            options.addAll(List.of("--cap-add", "CAP_" + name));
        }
        options.add("--");
        return options;
    }

    /** The sandbox of a tool that reads what strangers made: see {@link #host}. No command's filter is beside it. */
    List<String> filtered(List<String> mounts) throws IOException {
        var filter = new ToolFilter(settings).file().toString();
        var line = new ArrayList<>(List.of(busybox, "sh", "-c", WITH_FILTER, "kiln", filter));
        line.addAll(host(mounts));
        line.addAll(List.of("--seccomp", FILTER));
        return line;
    }

    /** This machine's programs, read-only, and one directory of the build. */
    private static List<String> host(List<String> mounts) {
        return host(mounts, false);
    }

    private static List<String> host(List<String> mounts, boolean network) {
        var line = new ArrayList<>(List.of("bwrap"));
        for (var directory : List.of("/usr", "/bin", "/sbin", "/lib", "/lib64")) {
            line.addAll(List.of("--ro-bind-try", directory, directory));
        }
        line.addAll(List.of("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"));
        line.addAll(mounts);
        line.addAll(isolation(network));
        line.addAll(
                List.of("--clearenv", "--setenv", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "--setenv", "LC_ALL", "C"));
        return line;
    }

    private static List<String> isolation(boolean network) {
        var line = new ArrayList<>(List.of("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"));
        if (!network) {
            line.add("--unshare-net");
        }
        line.addAll(List.of("--hostname", "kiln", "--die-with-parent", "--new-session", "--cap-drop", "ALL"));
        return line;
    }

    private List<String> namespaces(List<String> joinFiles) {
        // Its own session: the worker itself handles what a terminal signals to its process group.
        var line = new ArrayList<>(List.of("setsid", "--wait"));
        if (!joinFiles.isEmpty()) {
            line.addAll(List.of(
                    "sh",
                    "-c",
                    "for f in " + String.join(" ", joinFiles) + "; do echo $$ > $f || exit 124; done; exec \"$@\"",
                    "kiln"));
        }
        if (mapped) {
            line.addAll(OWN_USERS);
        }
        // Must follow the user namespace: making that one would clear the signal.
        line.addAll(List.of("setpriv", "--pdeathsig", "KILL", "--"));
        line.addAll(List.of("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--mount-proc"));
        line.addAll(List.of("--kill-child=SIGKILL", "--"));
        return line;
    }

    static String script(String name) {
        try (InputStream in = SandboxCommands.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing");
            }
            // Without its comments, which would be among the arguments of many processes.
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.strip().startsWith("#"))
                    .collect(Collectors.joining("\n", "", "\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
