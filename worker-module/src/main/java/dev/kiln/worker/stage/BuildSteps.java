package dev.kiln.worker.stage;

import dev.kiln.execution.Attempt;
import dev.kiln.execution.SupersededException;
import dev.kiln.image.Digest;
import dev.kiln.region.StoreKey;
import dev.kiln.worker.engine.StepJournal;
import java.sql.Types;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of build steps that have ended. Every write is fenced: a superseded attempt adds and removes nothing. */
public final class BuildSteps {

    private final JdbcClient jdbc;

    public BuildSteps(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A row. Steps that may write have a layer; steps whose output later ones use have the output. */
    record Row(int number, int exitCode, Optional<Layer> layer, Optional<String> stdout) {}

    record Layer(int index, Digest digest) {}

    /** All steps of the execution, in order. */
    List<Row> of(Attempt attempt) {
        return jdbc.sql("""
                        select number, exit_code, layer, digest, stdout from build_step
                         where execution_id = :execution order by number
                        """)
                .param("execution", attempt.execution().value())
                .query((row, n) -> new Row(
                        row.getInt("number"),
                        row.getInt("exit_code"),
                        layer(row.getString("digest"), row.getInt("layer")),
                        Optional.ofNullable(row.getString("stdout"))))
                .list();
    }

    private static Optional<Layer> layer(@Nullable String digest, int index) {
        return Optional.ofNullable(digest).map(text -> new Layer(index, new Digest(text)));
    }

    /**
     * Adds a step, replacing one that failed in an earlier attempt. Its layer under that key stops being an intent: it
     * outlives the attempt.
     */
    void add(Attempt attempt, StepJournal.EndedStep step, long logEnd, StoreKey key) {
        var layer = step.layer();
        var added = jdbc.sql("""
                        with added as (
                            insert into build_step (execution_id, number, attempt, exit_code, layer, digest, bytes,
                                                    log_end, stdout)
                            select id, :number, attempt, :exit, :layer, :digest, :bytes, :log, :stdout from execution
                             where id = :execution and attempt = :attempt and status = 'BUILDING' for share
                            on conflict (execution_id, number) do update
                               set attempt = excluded.attempt, exit_code = excluded.exit_code, layer = excluded.layer,
                                   digest = excluded.digest, bytes = excluded.bytes, log_end = excluded.log_end,
                                   stdout = excluded.stdout, at = excluded.at
                            returning 1),
                        settled as (
                            delete from intent
                             where execution_id = :execution and attempt <= :attempt and kind = 'LAYER' and name = :key
                               and exists (select from added))
                        select count(*) from added
                        """)
                .param("number", step.number())
                .param("exit", step.exitCode())
                .param("layer", layer.map(StepJournal.LayerFile::index).orElse(null))
                .param("digest", layer.map(file -> file.digest().value()).orElse(null))
                .param("bytes", layer.map(StepJournal.LayerFile::bytes).orElse(null))
                .param("log", logEnd)
                .param("stdout", step.stdout().orElse(null), Types.VARCHAR)
                .param("execution", attempt.execution().value())
                .param("attempt", attempt.number())
                .param("key", key.value())
                .query(Integer.class)
                .single();
        if (added == 0) {
            throw new SupersededException(attempt);
        }
    }

    /** Removes the execution's steps, so that the build begins again with the first. */
    void removeAll(Attempt attempt) {
        jdbc.sql("""
                        delete from build_step s using execution e
                         where s.execution_id = :execution and e.id = s.execution_id and e.attempt = :attempt
                        """)
                .param("execution", attempt.execution().value())
                .param("attempt", attempt.number())
                .update();
    }
}
