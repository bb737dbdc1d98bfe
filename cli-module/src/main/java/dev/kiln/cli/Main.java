package dev.kiln.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The client commands of {@code ./kiln}. docs/cli.md lists the exit statuses. */
public final class Main {

    private static final int BUFFER = 8192;

    // Remedies for the vendor's messages that name none.
    private static final Map<String, String> REMEDIES = Map.of(
            "InvalidAccessKeyId.NotFound",
                    "check KILN_ACCESS_KEY_ID, and that KILN_ENDPOINT is the server that it is for",
            "InvalidAccessKeyId.Inactive", "use another key, or enable it: ./kiln key enable ID",
            "SignatureDoesNotMatch", "check KILN_ACCESS_KEY_SECRET",
            "InvalidTimeStamp.Expired", "set this machine's clock",
            "Throttling.User", "wait a second, or ask the operator to raise kiln.throttle.per-second",
            "InvalidImagePipeline.NotFound", "./kiln template list shows those that there are",
            "InvalidImagePipelineExecution.NotFound", "./kiln executions shows those that there are",
            "ServiceUnavailable", "the server's log says what it waits for");

    private Main() {}

    public static void main(String[] arguments) {
        var here = new Surroundings(System.getenv(), Path.of(""));
        // UTF-8 in every locale: tables and names contain more than ASCII.
        var file = new FileOutputStream(FileDescriptor.out);
        var out = new PrintStream(new BufferedOutputStream(file, BUFFER), false, StandardCharsets.UTF_8);
        System.exit(written(out, System.err, run(List.of(arguments), here, out, System.err)));
    }

    /** The status, or a failure when the output could not be written: a secret that is shown once would be lost. */
    static int written(PrintStream out, PrintStream err, int status) {
        if (!out.checkError() || status != ExitStatus.DONE) {
            return status;
        }
        err.println("kiln: what there was to print could not be written: is the disk full, or the reader gone?");
        return ExitStatus.REFUSED;
    }

    static int run(List<String> words, Surroundings here, PrintStream out, PrintStream err) {
        var table = new CommandTable(new Session(here, Terminal.of(out, err, here.environment())));
        if (words.isEmpty() || words.contains("--help") || words.get(0).equals("help")) {
            out.print(table.help(
                    words.stream().filter(word -> !word.equals("help")).toList()));
            return words.isEmpty() ? ExitStatus.USAGE : ExitStatus.DONE;
        }
        try {
            return table.run(words);
        } catch (UsageException | InvalidPathException e) {
            err.println(
                    "kiln: " + Terminal.oneLine(String.valueOf(e.getMessage())) + " (" + table.helpFor(words) + ")");
            return ExitStatus.USAGE;
        } catch (ApiException e) {
            err.println("kiln: " + refusal(e, words.get(words.size() - 1)));
            return ExitStatus.REFUSED;
        } catch (IOException e) {
            err.println("kiln: " + Terminal.oneLine(reason(e)));
            return ExitStatus.REFUSED;
        }
    }

    /** The exception in words: those about files often have only the path. */
    static String reason(Exception e) {
        var said = String.valueOf(e.getMessage());
        if (e instanceof AccessDeniedException) {
            return "this user may not read or write " + said + "; name another file, or ask its owner";
        }
        // A file that was never there is a UsageException.
        return e instanceof NoSuchFileException ? said + ", or its directory, is not there any more" : said;
    }

    /** One line: the code, the server's message, and a remedy unless the message is about the given arguments. */
    private static String refusal(ApiException e, String askedFor) {
        var said = Terminal.oneLine(String.valueOf(e.getMessage())
                // Drops lines that do not help after a mistyped secret.
                .replaceFirst("(?s) server (string to sign|StringToSign) is.*", ""));
        var remedy = said.contains("access key \"" + askedFor + "\"") ? null : REMEDIES.get(e.code());
        return "refused: " + (e.code().isEmpty() ? "" : e.code() + ": ") + said
                + (remedy == null ? "" : " → " + remedy);
    }
}
