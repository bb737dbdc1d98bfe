package dev.kiln.worker.engine;

import dev.kiln.worker.disk.KernelFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Builds that change files of all kinds on a disk whose root file system the kernel writes, and prove it in the next
 * build. The system has a device /etc/null before.
 */
record ChangedDisk(Path directory, RecordedOutput output) {

    static final String CHANGES = DiskBuildTest.CONTENT
            + "RUN chmod 600 /etc/null; mkdir /opt && chown 7:8 /opt && chmod 2750 /opt && ln /etc/built /opt/b && echo y > /etc/y && ln /etc/y /etc/z\n"
            + "RUN rm -r /usr/share/old; echo file > /usr/share/old; mkdir /etc/passwd.d; echo again >> /etc/built";

    private static final String CHECK = """
            RUN [ "$(stat -c '%a %u %g' /etc/built)" = '4751 1000 2000' ] && [ "$(cat /etc/built)" = "$(echo built; echo again)" ]
            RUN [ "$(stat -c %h /etc/y)" = 2 ] && [ /etc/y -ef /etc/z ] && [ "$(head -n 1 '/etc/<2>')" = built ]
            RUN [ "$(stat -c '%a %u %g' /opt)" = '2750 7 8' ] && [ "$(head -n 1 /opt/b)" = built ] && [ -f /usr/share/old ]
            RUN [ "$(stat -c '%a %t %T' /etc/null)" = '600 1 3' ] && [ -p /home/p ] && [ ! -e /etc/gone ]
            RUN [ $(ls /home/d | busybox wc -l) = 1500 ] && [ -d '/home/-p/<5>' ] && [ ! -e /bin/seq ]
            RUN [ $(stat -c %s /home/sparse) = 30000001 ]
            """;

    /** A system with that device. */
    SystemDisk system() throws Exception {
        var disk = new SystemDisk(directory.resolve("disk"));
        SystemDisk.run("mknod", disk.tree().resolve("etc/null").toString(), "c", "1", "3");
        return disk;
    }

    SandboxBuildEngine engine(String name, KernelFileSystem... allowed) {
        return new SandboxBuildEngine(
                TestSettings.of(directory.resolve(name)).byKernel(allowed).build());
    }

    /** With a journal, so that there are several layers. */
    BuildEngine.BuiltImage build(SandboxBuildEngine engine, BuildRequest.BaseImage base, String content, long bytes)
            throws BuildFailedException, IOException, InterruptedException {
        return engine.build(request(base, content, bytes), new RememberedSteps(), output);
    }

    /** Requires in a build on the disk that all is as {@link #CHANGES} left it. */
    void proveChanges(SandboxBuildEngine engine, BuildEngine.BuiltImage changed) throws Exception {
        var base = SystemDisk.image(changed.file());
        var request = request(base, CHECK, changed.form().diskBytes());
        engine.build(request, StepJournal.NONE, output);
    }

    private static BuildRequest request(BuildRequest.BaseImage base, String content, long bytes) {
        return new BuildRequest(
                "exec-disk", base, BuildEngineContract.commands(content), Optional.empty(), false, bytes);
    }
}
