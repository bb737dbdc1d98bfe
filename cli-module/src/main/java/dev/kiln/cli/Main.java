package dev.kiln.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** The client commands of {@code ./kiln}. Exit status: 0 done, 1 it failed, 2 the command line does not make sense. */
public final class Main {

    private static final String HELP = """
            account create [--id N] --name X                         make an account, print its id and key
            key create [--policy FILE] [--account N]                 make a key, which may do what the policy allows
            key list [--account N]                                   the keys of an account
            key disable ID, key enable ID, key delete ID             switch a key off and on, remove it
            image import FILE --name N [--family F] [--region R]     register a base image, print its id
            call OPERATION [Parameter=Value …]                       call an operation, print its answer
            doctor [--remove]                                        what was left behind; status 1 when anything is

            KILN_ENDPOINT           server, default http://127.0.0.1:8080
            KILN_ACCESS_KEY_ID,
            KILN_ACCESS_KEY_SECRET  key to sign with, default that of data/root-key (or KILN_DATA/root-key)
            """;

    private Main() {}

    public static void main(String[] arguments) {
        var here = new Surroundings(System.getenv(), Path.of(""));
        System.exit(run(List.of(arguments), here, System.out, System.err));
    }

    static int run(List<String> words, Surroundings here, PrintStream out, PrintStream err) {
        if (words.isEmpty() || words.contains("--help") || words.get(0).equals("help")) {
            out.print(HELP);
            return words.isEmpty() ? 2 : 0;
        }
        try {
            return new Commands(here.client(), out).run(words);
        } catch (UsageException e) {
            err.println("kiln: " + e.getMessage() + " (./kiln " + words.get(0) + " --help)");
            return 2;
        } catch (ApiException e) {
            err.println("kiln: refused: " + (e.code().isEmpty() ? "" : e.code() + ": ") + e.getMessage());
            return 1;
        } catch (IOException e) {
            err.println("kiln: " + e.getMessage());
            return 1;
        }
    }
}
