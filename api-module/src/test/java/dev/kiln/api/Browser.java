package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The system's Chromium, driven by Playwright: its library for Java, and its driver as npm installs it. */
final class Browser implements AutoCloseable {

    private static final Path SOURCES = Path.of("src", "test", "browser");
    private static final Path INSTALLED = Path.of("target", "browser").toAbsolutePath();

    // What is waited for comes in moments; on a machine that does much else, later.
    private static final double PATIENCE_MILLIS = 60_000;

    private final Playwright playwright;
    private final com.microsoft.playwright.Browser chromium;
    private final String axe;

    Browser() throws Exception {
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
        install();
        System.setProperty("playwright.cli.dir", INSTALLED.toString());
        playwright = Playwright.create(new Playwright.CreateOptions()
                .setEnv(Map.of(
                        "PLAYWRIGHT_NODEJS_PATH",
                        program("node").toString(),
                        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD",
                        "1")));
        chromium = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(program("chromium"))
                        // Root, as in containers, has no sandbox of Chromium's; only our own pages are looked at.
                        .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
        axe = Files.readString(INSTALLED.resolve("node_modules/axe-core/axe.min.js"));
    }

    private static Path program(String name) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + name + " on the path; ./kiln test installs it"));
    }

    private static void install() throws Exception {
        Files.createDirectories(INSTALLED);
        for (var file : List.of("package.json", "package-lock.json")) {
            Files.copy(SOURCES.resolve(file), INSTALLED.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        var log = INSTALLED.resolve("npm.log").toFile();
        var npm = new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                .directory(INSTALLED.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        assertThat(npm.waitFor(4, TimeUnit.MINUTES)).isTrue();
        assertThat(npm.exitValue()).as(Files.readString(log.toPath())).isZero();
        var driver = INSTALLED.resolve("package");
        if (!Files.exists(driver)) {
            Files.createSymbolicLink(driver, Path.of("node_modules", "playwright-core"));
        }
    }

    /** A browser of its own: nobody is signed in. */
    BrowserContext context(int width, int height, ColorScheme scheme) {
        var context = chromium.newContext(new com.microsoft.playwright.Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setColorScheme(scheme));
        context.setDefaultTimeout(PATIENCE_MILLIS);
        return context;
    }

    /** What axe finds on the page that is more than a trifle. */
    List<?> violations(Page page) {
        page.evaluate(axe);
        return (List<?>) page.evaluate("""
                async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
                    .filter(one => ['serious', 'critical'].includes(one.impact))
                    .map(one => one.id + ': ' + one.nodes.map(node => node.html.slice(0, 160) + ' ' + (node.any[0] || {}).message).join(' | '))
                """);
    }

    @Override
    public void close() {
        playwright.close();
    }
}
