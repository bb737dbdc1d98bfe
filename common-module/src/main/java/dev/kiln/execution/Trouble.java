package dev.kiln.execution;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Words failures on the operator's side for the person who started the execution: they say what failed, but not where
 * the operator keeps it. The operator's log has that.
 */
public final class Trouble {

    private static final Pattern PATH = Pattern.compile("(?<![\\w/:.*-])/[^\\s/:;,'\"()]+(/[^\\s/:;,'\"()]*)*");
    private static final String HIDDEN = "(a path of the operator's)";

    private Trouble() {}

    /** The failure in words, without paths; with its kind, unless the words say enough. */
    public static String words(@Nullable Throwable trouble) {
        if (trouble == null) {
            return "for an unknown reason";
        }
        var cause = trouble.getCause();
        if (cause != null && cause.toString().equals(trouble.getMessage())) {
            return words(cause); // the wrapper adds nothing
        }
        var said = trouble instanceof FileSystemException files ? said(files) : String.valueOf(trouble.getMessage());
        return kind(trouble) + PATH.matcher(said).replaceAll(HIDDEN);
    }

    /** Words of their own are enough; a class's name is for those who have none. */
    private static String kind(Throwable trouble) {
        boolean plain = trouble.getClass() == IOException.class && trouble.getMessage() != null;
        return plain || trouble instanceof FileSystemException
                ? ""
                : trouble.getClass().getSimpleName() + ": ";
    }

    private static String said(FileSystemException trouble) {
        if (trouble.getReason() != null) {
            return trouble.getReason();
        }
        if (trouble instanceof NoSuchFileException) {
            return "a file or directory is not there";
        }
        if (trouble instanceof AccessDeniedException) {
            return "access to a file or directory is denied";
        }
        if (trouble instanceof FileAlreadyExistsException || trouble instanceof NotDirectoryException) {
            return "something else is where a file or directory has to be";
        }
        return "a file or directory cannot be used";
    }
}
