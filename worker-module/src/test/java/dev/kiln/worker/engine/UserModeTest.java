package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that is an ordinary user with sub-ids builds as one that is root does. Needs root, to make that user. */
class UserModeTest {

    @TempDir
    private Path directory;

    @Test
    void ordinaryUserBuildsInAUserNamespace() throws Exception {
        var work = OrdinaryUser.directory(directory);
        var rpm = RpmDatabase.make(directory.resolve("rpm"));
        var said = OrdinaryUser.run(UserModeBuild.class, work.toString(), rpm.toString());
        assertThat(said.text())
                .contains("mknod: /var/d: Operation not permitted")
                .contains("uid=1000(app) gid=1000(app) groups=1000(app),2000(extra)")
                .contains("./srv/closed/ 700 1000:1000")
                .contains("./srv/closed/f 4755 1000:1000")
                .contains("[system=rpm, name=tool, version=2:1.4-3, architecture=noarch]")
                .contains("resumed: true")
                .contains("left: 0")
                .doesNotContain("root:*");
        assertThat(said.status()).isZero();
    }
}
