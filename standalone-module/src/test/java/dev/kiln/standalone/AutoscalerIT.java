package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.SourceSizes;
import dev.kiln.testing.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The autoscaler's questions to the database, asked of a real one. */
class AutoscalerIT {

    private final JdbcClient jdbc = TestServers.freshDatabase().client();

    @Test
    void oneTellsHowLongTheOldestStartWaitsAndOneHowManyHaveAWorker() throws IOException {
        assertThat(answers()).containsExactly(0, 0);
        jdbc.sql("insert into account (id, name) values (7, 'somebody')").update();
        execution(1, "PREPARING", 0, 30);
        execution(2, "PREPARING", 0, 90);
        execution(3, "PREPARING", 1, 400);
        execution(4, "BUILDING", 2, 500);
        execution(5, "SUCCESS", 1, 600);
        execution(6, "CANCELLED", 0, 700);

        assertThat(answers().get(0)).isBetween(90, 150);
        assertThat(answers().get(1)).isEqualTo(2);
    }

    /** A worker more of the same kind would not take it, and those that are there need not stay for it. */
    @Test
    void whatNoWorkerCanDoHoldsNone() throws IOException {
        jdbc.sql("insert into account (id, name) values (7, 'somebody')").update();
        for (var number = 1; number <= 3; number++) {
            execution(number, "BUILDING", 1, 60);
        }
        jdbc.sql(
                        "update execution set needs = '{kvm}', needed_in = case id when :other then 'PREPARING' else status end"
                                + " where id <> :without")
                .param("without", "exec-%020d".formatted(1))
                .param("other", "exec-%020d".formatted(2))
                .update();

        assertThat(answers().get(1)).isEqualTo(2);
    }

    @Test
    void theUserOfTheDocumentMayAskThem() throws IOException {
        var user = "autoscaler_" + Long.toUnsignedString(System.nanoTime(), 36);
        jdbc.sql("create role " + user).update();
        for (var grant : grants()) {
            jdbc.sql(grant.replace("kiln_autoscaler", user)).update();
        }

        for (var trigger : triggers()) {
            var question = trigger.object("metadata").text("query");
            jdbc.sql("do $$ begin set local role " + user + "; perform * from (" + question + ") q; end $$")
                    .update();
        }

        jdbc.sql("drop owned by " + user).update();
        jdbc.sql("drop role " + user).update();
    }

    private static List<String> grants() throws IOException {
        var lines = Files.readAllLines(SourceSizes.projectRoot().resolve("docs/scaling.md")).stream()
                .filter(line -> line.startsWith("grant "))
                .toList();
        assertThat(lines).isNotEmpty();
        return lines;
    }

    @Test
    void aWorkersShareIsItsSlots() throws IOException {
        var root = SourceSizes.projectRoot().resolve("deploy/kubernetes");
        var slots = Manifest.read(root.resolve("worker.yaml")).stream()
                .filter(manifest -> manifest.text("kind").equals("Deployment"))
                .flatMap(manifest ->
                        manifest.object("spec").object("template").object("spec").objects("containers").stream())
                .flatMap(container -> container.objects("env").stream())
                .filter(variable -> variable.text("name").equals("KILN_WORKER_SLOTS"))
                .map(variable -> variable.text("value"))
                .toList();

        assertThat(slots).containsExactly(triggers().get(1).object("metadata").text("targetQueryValue"));
    }

    private void execution(int number, String status, int attempt, int secondsAgo) {
        jdbc.sql("""
                        with template as (
                            insert into template (id, account_id, region_id, name, base_image_type, base_image)
                            values (:template, 7, 'cn-one', 'golden', 'IMAGE', 'm-base'))
                        insert into execution (id, template_id, account_id, region_id, image_id, status, attempt, created_at,
                                               finished_at)
                        values (:id, :template, 7, 'cn-one', 'm-1', :status, :attempt, now() - :ago * interval '1 second',
                                case when :status in ('SUCCESS', 'CANCELLED') then now() end)
                        """)
                .param("template", "ip-%020d".formatted(number))
                .param("id", "exec-%020d".formatted(number))
                .param("status", status)
                .param("attempt", attempt)
                .param("ago", secondsAgo)
                .update();
    }

    private List<Integer> answers() throws IOException {
        return triggers().stream()
                .map(trigger -> jdbc.sql(trigger.object("metadata").text("query"))
                        .query(Integer.class)
                        .single())
                .toList();
    }

    private static List<Manifest> triggers() throws IOException {
        var file = SourceSizes.projectRoot().resolve("deploy/kubernetes/autoscaler/autoscaler.yaml");
        return Manifest.read(file).stream()
                .filter(manifest -> manifest.text("kind").equals("ScaledObject"))
                .findFirst()
                .orElseThrow()
                .object("spec")
                .objects("triggers");
    }
}
