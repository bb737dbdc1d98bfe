package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What becomes of events that are published while their template is deleted. */
class DeletedHistoryIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);

    @Test
    void anEventThatIsPublishedInTheMiddleOfTheDeletionGoesWithIt() {
        var template = objects.template(objects.image("base"));
        var execution = objects.start(template);
        objects.built(execution);
        objects.finish(execution, "SUCCESS");

        var reply = HeldLock.during(
                server,
                // The deletion has removed the published events when it comes to the image of the execution.
                jdbc -> jdbc.sql("select id from image_copy where execution_id = :id for update")
                        .param("id", execution)
                        .query()
                        .singleRow(),
                () -> client.call("DeleteImagePipeline", "ImagePipelineId", template),
                () -> {
                    addEvent(execution);
                    Awaitility.await().until(() -> isPublished(execution) || theRelayWaits());
                });

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        Awaitility.await().untilAsserted(() -> assertThat(events(execution)).isZero());
    }

    /** As one that was not published yet when the deletion began. */
    private void addEvent(String execution) {
        server.jdbc().sql("""
                insert into execution_event (execution_id, template_id, account_id, sequence, to_status, attempt)
                select id, template_id, account_id, 99, 'SUCCESS', 1 from execution where id = :id
                """).param("id", execution).update();
    }

    private boolean isPublished(String execution) {
        return server.jdbc()
                .sql("select published_at is not null from execution_event where execution_id = :id and sequence = 99")
                .param("id", execution)
                .query(Boolean.class)
                .single();
    }

    private boolean theRelayWaits() {
        return server.jdbc().sql("""
                select exists (select from pg_locks l join pg_database d on d.oid = l.database
                    where d.datname = current_database() and l.locktype = 'advisory' and not l.granted)
                """).query(Boolean.class).single();
    }

    private int events(String execution) {
        return server.jdbc()
                .sql("select count(*) from execution_event where execution_id = :id")
                .param("id", execution)
                .query(Integer.class)
                .single();
    }
}
