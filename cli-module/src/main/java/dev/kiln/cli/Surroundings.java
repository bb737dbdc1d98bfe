package dev.kiln.cli;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** Where a command runs: the environment, which names the server and the key, and the directory with the data. */
public record Surroundings(Map<String, String> environment, Path workingDirectory) {

    private static final String ENDPOINT = "KILN_ENDPOINT";
    private static final String ANOTHER_KEY = "restore it, or delete it, and the next ./kiln up makes another key";

    /** Name of the variable, and of the line in a root-key file, that holds the key's id. */
    public static final String KEY_ID = "KILN_ACCESS_KEY_ID";

    /** Name of the variable, and of the line in a root-key file, that holds the key's secret. */
    public static final String KEY_SECRET = "KILN_ACCESS_KEY_SECRET";

    /** Name of the variable that holds the token of a temporary key. */
    static final String TOKEN = "KILN_SECURITY_TOKEN";

    /** A client for the server in KILN_ENDPOINT, with the key of the environment or else of {@code data/root-key}. */
    SignedClient client() throws UsageException, IOException {
        var endpoint = Endpoint.of(ENDPOINT, environment.getOrDefault(ENDPOINT, "http://127.0.0.1:8080"));
        return new SignedClient(endpoint, key());
    }

    /** The key in the environment, or else in {@code data/root-key}. */
    public AccessKey key() throws UsageException, IOException {
        var id = environment.getOrDefault(KEY_ID, "");
        var secret = environment.getOrDefault(KEY_SECRET, "");
        if (!id.isEmpty() && !secret.isEmpty()) {
            return new AccessKey(sendable(KEY_ID, id), secret, sendable(TOKEN, environment.getOrDefault(TOKEN, "")));
        }
        if (id.isEmpty() != secret.isEmpty()) {
            throw new UsageException("set both of " + KEY_ID + " and " + KEY_SECRET + ", or neither");
        }
        var file = workingDirectory
                .resolve(environment.getOrDefault("KILN_DATA", "data"))
                .resolve("root-key");
        // Not "!exists": below another user's directory nobody can know.
        if (Files.notExists(file)) {
            throw new UsageException("set " + KEY_ID + " and " + KEY_SECRET + " (there is no " + file + " either)");
        }
        if (!Files.isReadable(file)) {
            throw new UsageException("set " + KEY_ID + " and " + KEY_SECRET + " (" + file + " is another user's)");
        }
        return keyIn(file);
    }

    /** Checks a value for use in a header, where a line end would begin another header. */
    private static String sendable(String variable, String value) throws UsageException {
        if (!value.matches("[!-~]*")) {
            throw new UsageException(
                    variable + " has a space, a line end or another character that no key has; copy it anew");
        }
        return value;
    }

    /** Reads a root-key file: one line for the id, one for the secret. */
    public static AccessKey read(Path file) throws IOException {
        try {
            return keyIn(file);
        } catch (UsageException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Reads the key; a failure quotes nothing from the file, which may hold a secret. */
    private static AccessKey keyIn(Path file) throws UsageException, IOException {
        var lines = new Properties();
        try {
            lines.load(new StringReader(GivenFile.text(file, Files.readAllBytes(file), ANOTHER_KEY)));
        } catch (IllegalArgumentException e) {
            throw new UsageException(file + " has a \\u without four hexadecimal digits behind it; " + ANOTHER_KEY);
        }
        var key = new AccessKey(lines.getProperty(KEY_ID, ""), lines.getProperty(KEY_SECRET, ""));
        if (key.id().isEmpty() || key.secret().isEmpty()) {
            throw new UsageException(file + " does not hold " + KEY_ID + " and " + KEY_SECRET + "; " + ANOTHER_KEY);
        }
        return key;
    }
}
