package dev.kiln.worker.engine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Runs in a Java process of an ordinary user: builds once and prints what it saw. */
public final class UserModeBuild {

    private UserModeBuild() {}

    public static void main(String[] arguments) throws Exception {
        var directory = Path.of(arguments[0]);
        var engine = new SandboxBuildEngine(EngineSettings.in(directory));
        engine.check();
        var output = new RecordedOutput();
        var content = """
                RUN id -u; cat /etc/shadow /proc/1/root/etc/shadow; mknod /var/d b 8 0; ls -ld /var/d; true
                RUN mkdir /srv /srv/closed; echo x > /srv/closed/f; chown 1000:1000 /srv/closed/f /srv/closed; \\
                    chmod 700 /srv/closed; chmod 4755 /srv/closed/f
                USER app
                RUN id
                COPY rpmdb.sqlite /var/lib/rpm
                """;
        var request = new BuildRequest(
                "exec-user",
                BusyboxBase.image(),
                BuildEngineContract.commands(content),
                Optional.of(BusyboxBase.source(RpmDatabase.context(Path.of(arguments[1])))),
                false,
                64 << 20);
        var journal = new RememberedSteps();
        var built = engine.build(request, journal, output);
        var resumed = engine.build(request, journal.until(2), output);
        System.out.println("packages: " + built.packages());
        System.out.println("resumed: " + resumed.digest().equals(built.digest()));
        System.out.write(output.text().getBytes(StandardCharsets.UTF_8));
        for (var entry : SandboxBuildEngineTest.entries(resumed.file()).values()) {
            System.out.printf("%s %o %d:%d%n", entry.name(), entry.mode(), entry.uid(), entry.gid());
        }
        engine.discard("exec-user");
        try (var left = Files.list(directory.resolve("builds"))) {
            System.out.println("left: " + left.count());
        }
        System.out.flush();
    }
}
