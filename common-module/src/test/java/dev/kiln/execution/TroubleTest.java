package dev.kiln.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TroubleTest {

    @Test
    void whatAFileSystemSaysIsToldWithoutTheFile() {
        var file = "/srv/my regions/cn-one/images/m-1";
        assertThat(Trouble.words(new FileSystemException(file, file, "No space left on device")))
                .isEqualTo("No space left on device");
        assertThat(Trouble.words(new NoSuchFileException(file))).isEqualTo("a file or directory is not there");
        assertThat(Trouble.words(new AccessDeniedException(file))).isEqualTo("access to a file or directory is denied");
        assertThat(Trouble.words(new IOException(new FileAlreadyExistsException(file))))
                .startsWith("something else is where");
        assertThat(Trouble.words(new FileSystemException(file))).doesNotContain("regions");
        assertThat(Trouble.words(new IllegalStateException("no"))).isEqualTo("IllegalStateException: no");
        assertThat(Trouble.words(null)).isEqualTo("for an unknown reason");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            others go on in /srv/r/cn-one/images            | others go on in (a path of the operator's)
            only 5 bytes are free below /var/kiln: go on    | only 5 bytes are free below (a path of the operator's): go on
            mount '/a/b' on (/c/): no                       | mount '(a path of the operator's)' on ((a path of the operator's)): no
            tar --directory=/a/b ended with status 2        | tar --directory=(a path of the operator's) ended with status 2
            https://example.org/a/b?c=d answered 503        | https://example.org/a/b?c=d answered 503
            object images/m-1 has 3/4 of it, and/or less    | object images/m-1 has 3/4 of it, and/or less
            """)
    void pathsInSentencesAreHidden(String said, String told) {
        assertThat(Trouble.words(new IOException(said))).isEqualTo(told);
    }
}
