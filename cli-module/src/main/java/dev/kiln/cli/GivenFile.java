package dev.kiln.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file to be read that a command line names. */
final class GivenFile {

    private GivenFile() {}

    /** An existing regular file, which can be read twice and has a length. */
    static Path of(String word) throws UsageException {
        var file = Path.of(word);
        if (Files.notExists(file) || word.isEmpty()) {
            throw new UsageException("there is no file \"" + word + "\"; name an existing one");
        }
        if (Files.isDirectory(file)) {
            throw new UsageException(file + " is a directory; name a file");
        }
        if (!Files.isReadable(file)) {
            throw new UsageException(file + " is not readable for this user; name another file, or ask its owner");
        }
        if (!Files.isRegularFile(file)) {
            throw new UsageException(file + " is not a regular file; save its contents to one and name that");
        }
        return file;
    }

    /** The content of a text file. */
    static String text(Path file) throws UsageException, IOException {
        return text(file, Files.readAllBytes(file), "save it in UTF-8");
    }

    /**
     * The text in the bytes of a file. Another encoding than UTF-8 is refused: it cannot be recognised, and reading it
     * as UTF-8 would give another text.
     *
     * @param remedy what to do about a file that is not UTF-8
     */
    static String text(Path file, byte[] bytes, String remedy) throws UsageException {
        var in = ByteBuffer.wrap(bytes);
        var text = CharBuffer.allocate(bytes.length);
        var end = StandardCharsets.UTF_8.newDecoder().decode(in, text, true);
        if (end.isError()) {
            throw new UsageException(file + " is not text in UTF-8 (byte " + (in.position() + 1) + "); " + remedy);
        }
        return text.flip().toString();
    }
}
