package dev.kiln.api;

import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Operation;
import dev.kiln.management.ManagementServer;
import dev.kiln.region.Regions;
import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestDirectories;
import dev.kiln.testing.TestServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A real API process's application on a port of its own, for tests. */
public final class ApiServer implements AutoCloseable {

    public static final Keys ROOT = new Keys("1000000000000001", "rootkey", "root-secret-for-tests");
    public static final List<String> REGIONS = List.of("cn-hangzhou", "cn-beijing");
    /** A bucket of the root account in the first region. */
    static final String BUCKET = "images";

    private static final String SECRETS_KEY = Base64.getEncoder().encodeToString(new byte[32]);

    private final ConfigurableApplicationContext context;
    private final TestDatabase database;
    private final Path regions;

    private ApiServer(ConfigurableApplicationContext context, TestDatabase database, Path regions) {
        this.context = context;
        this.database = database;
        this.regions = regions;
    }

    private static final class Shared {
        static final ApiServer INSTANCE = start(TestServers.freshDatabase(), temporary(), Map.of());
    }

    /** One server for all tests of a JVM that need nothing special; each test makes accounts of its own. */
    public static ApiServer shared() {
        return Shared.INSTANCE;
    }

    /** Starts a server on a database and a directory for regions; more settings win over the usual ones. */
    public static ApiServer start(TestDatabase database, Path regions, Map<String, String> more) {
        return start(database, regions, more, context -> {});
    }

    /** Starts a server that has one more part. */
    static ApiServer startWith(Class<?> part, Map<String, String> more) {
        return start(TestServers.freshDatabase(), temporary(), more, context -> context.registerBean(part));
    }

    /** Starts a server whose regions are these. */
    static ApiServer startOn(Regions regions, Map<String, String> more) {
        return start(
                TestServers.freshDatabase(),
                temporary(),
                more,
                context -> context.registerBean(
                        "testRegions", Regions.class, () -> regions, bean -> bean.setPrimary(true)));
    }

    /** Starts a server whose clock stands still. */
    static ApiServer startAt(Instant now, TestDatabase database, Path regions, Map<String, String> more) {
        var clock = Clock.fixed(now, ZoneOffset.UTC);
        return start(
                database,
                regions,
                more,
                context ->
                        context.registerBean("stoppedClock", Clock.class, () -> clock, bean -> bean.setPrimary(true)));
    }

    private static ApiServer start(
            TestDatabase database,
            Path regions,
            Map<String, String> more,
            ApplicationContextInitializer<GenericApplicationContext> beans) {
        var settings = new LinkedHashMap<>(Map.of(
                "spring.datasource.url", database.url(),
                "spring.datasource.username", database.user(),
                "spring.datasource.password", database.password(),
                "spring.kafka.bootstrap-servers", TestServers.kafka().bootstrapServers(),
                "kiln.secrets-key", SECRETS_KEY,
                "kiln.root.access-key-id", ROOT.id(),
                "kiln.root.access-key-secret", ROOT.secret()));
        settings.put("server.port", "0");
        settings.put("kiln.management.ports", "0");
        for (var at = 0; at < REGIONS.size(); at++) {
            settings.put("kiln.regions[" + at + "].id", REGIONS.get(at));
            settings.put(
                    "kiln.regions[" + at + "].directory",
                    regions.resolve(REGIONS.get(at)).toString());
        }
        settings.put("kiln.buckets[0].name", BUCKET);
        settings.put("kiln.buckets[0].region", REGIONS.get(0));
        settings.put("kiln.buckets[0].directory", made(regions.resolve(BUCKET)).toString());
        settings.putAll(more);
        var context = new SpringApplicationBuilder(ApiApplication.class)
                .registerShutdownHook(false)
                .initializers(beans)
                .run(settings.entrySet().stream()
                        .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                        .toArray(String[]::new));
        return new ApiServer(context, database, regions);
    }

    private static Path made(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path temporary() {
        try {
            return TestDirectories.create("regions");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return Integer.parseInt(String.valueOf(context.getEnvironment().getProperty("local.server.port")));
    }

    /** A part of the running application. */
    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    int managementPort() {
        return context.getBean(ManagementServer.class).port();
    }

    public JdbcClient jdbc() {
        return database.client();
    }

    public TestDatabase database() {
        return database;
    }

    public Path regions() {
        return regions;
    }

    /** Puts an object into the bucket. */
    void store(String object, byte[] bytes) throws IOException {
        var file = regions.resolve(BUCKET).resolve(object);
        Files.createDirectories(file.resolveSibling(""));
        Files.write(file, bytes);
    }

    /** A client that signs with the keys. */
    public WireClient as(Keys keys) {
        return new WireClient(port(), keys);
    }

    /** A client of a new account. */
    public WireClient newAccount() {
        var made = as(ROOT).rest("POST", "/api/v1/accounts", "{\"name\":\"test\"}");
        if (made.status() != 201) {
            throw new IllegalStateException(made.text());
        }
        return as(new Keys(made.at("accountId"), made.at("accessKeyId"), made.at("accessKeySecret")));
    }

    /** What the operations that are served say of themselves. */
    public List<Declaration<?>> declarations() {
        var declarations = new ArrayList<Declaration<?>>();
        context.getBeansOfType(Operation.class)
                .values()
                .forEach(operation -> declarations.add(operation.declaration()));
        return declarations;
    }

    @Override
    public void close() {
        context.close();
    }
}
