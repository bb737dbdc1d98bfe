package dev.kiln.worker.reaper;

import dev.kiln.account.AccountId;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.Executions;
import dev.kiln.image.ImageId;
import dev.kiln.reaper.Intents;
import dev.kiln.reaper.StoredThings;
import dev.kiln.template.TemplateId;
import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestServers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** A database with executions in it, and processes that end only when they are killed. */
final class ReaperRig {

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    final TestDatabase database = TestServers.freshDatabase();
    final JdbcClient jdbc = database.client();
    final Executions executions = new Executions(jdbc);
    final Intents intents = new Intents(jdbc);

    ReaperRig() {
        jdbc.sql("insert into account (id, name) values (1001, 'somebody')").update();
    }

    StoredThings things() {
        var source = new DriverManagerDataSource(database.url(), database.user(), database.password());
        return new StoredThings(jdbc, new TransactionTemplate(new DataSourceTransactionManager(source)));
    }

    String template() {
        var id = "ip-%020d".formatted(NUMBERS.incrementAndGet());
        jdbc.sql("""
                        insert into template (id, account_id, region_id, name, base_image_type, base_image)
                        values (:id, 1001, 'cn-one', 'golden', 'IMAGE', 'm-base')
                        """).param("id", id).update();
        return id;
    }

    /** The first attempt of a new execution, BUILDING. */
    Attempt attempt() {
        var number = NUMBERS.incrementAndGet();
        var id = executions
                .start(
                        new ExecutionId("exec-%020d".formatted(number)),
                        new ImageId("m-%020d".formatted(number)),
                        new TemplateId(template()),
                        new AccountId(1001),
                        List.of(),
                        Optional.empty())
                .orElseThrow();
        status(id, "BUILDING");
        return claim(id);
    }

    /** The tests write down themselves what their attempts make. */
    Attempt claim(ExecutionId id) {
        var attempt = executions.claim(jdbc, id, "somebody", "somewhere").orElseThrow();
        jdbc.sql("delete from intent where execution_id = :id and attempt = :attempt")
                .param("id", id.value())
                .param("attempt", attempt.number())
                .update();
        return attempt;
    }

    private void status(ExecutionId id, String status) {
        jdbc.sql("update execution set status = :status where id = :id")
                .param("id", id.value())
                .param("status", status)
                .update();
    }

    void end(Attempt attempt, String status) {
        jdbc.sql("update execution set status = :status, outcome = 'FAILED', finished_at = now() where id = :id")
                .param("id", attempt.execution().value())
                .param("status", status)
                .update();
    }

    int intents() {
        return jdbc.sql("select count(*) from intent").query(Integer.class).single();
    }

    /** A Java process that runs a main class of the tests. */
    static Process start(Class<?> main, String... arguments) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var line =
                new java.util.ArrayList<>(List.of(java, "-cp", System.getProperty("java.class.path"), main.getName()));
        line.addAll(List.of(arguments));
        return new ProcessBuilder(line)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
