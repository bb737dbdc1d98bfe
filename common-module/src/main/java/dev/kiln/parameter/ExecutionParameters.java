package dev.kiln.parameter;

import dev.kiln.execution.ExecutionId;
import dev.kiln.secret.SecretSeal;
import java.nio.charset.StandardCharsets;
import java.sql.Types;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The values that executions have for the parameters of their templates. Secrets lie sealed, and a trigger forgets them
 * in the statement that ends the execution, whoever that is.
 */
public final class ExecutionParameters {

    private final JdbcClient jdbc;
    private final Optional<SecretSeal> seal;

    /** @param seal nothing for a process that has no key: it can neither add nor read secrets */
    public ExecutionParameters(JdbcClient jdbc, Optional<SecretSeal> seal) {
        this.jdbc = jdbc;
        this.seal = seal;
    }

    /**
     * A parameter as it is shown.
     *
     * @param value nothing for a secret
     */
    public record Shown(
            String name, boolean secret, @Nullable String value) {}

    /** Adds those of an execution that is started in the same transaction. */
    public void add(ExecutionId execution, RunParameters parameters) {
        int position = 0;
        for (var parameter : parameters.all()) {
            jdbc.sql("""
                            insert into execution_parameter (execution_id, name, position, secret, value, sealed)
                            values (:execution, :name, :position, :secret, :value, :sealed)
                            """)
                    .param("execution", execution.value())
                    .param("name", parameter.name())
                    .param("position", ++position)
                    .param("secret", parameter.secret())
                    .param("value", parameter.secret() ? null : parameter.value(), Types.VARCHAR)
                    .param("sealed", parameter.secret() ? sealed(execution, parameter) : null, Types.BINARY)
                    .update();
        }
        if (parameters.hasSecrets()) {
            jdbc.sql("update execution set has_secrets = true where id = :id")
                    .param("id", execution.value())
                    .update();
        }
    }

    private byte[] sealed(ExecutionId execution, RunParameter parameter) {
        return seal.orElseThrow(SealedParameterException::noKey)
                .seal(place(execution, parameter.name()), parameter.value());
    }

    private static String place(ExecutionId execution, String name) {
        return execution.value() + "/" + name;
    }

    /** How many bytes a value has. */
    public static int bytes(String value) {
        return value.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * Those of an execution that has not ended.
     *
     * @throws SealedParameterException when there is a secret that this process cannot read
     */
    public RunParameters of(ExecutionId execution) {
        return new RunParameters(jdbc.sql("""
                        select name, secret, value, sealed from execution_parameter
                         where execution_id = :execution order by position
                        """)
                .param("execution", execution.value())
                .query((row, number) -> new RunParameter(
                        row.getString("name"),
                        row.getBoolean("secret")
                                ? opened(execution, row.getString("name"), row.getBytes("sealed"))
                                : row.getString("value"),
                        row.getBoolean("secret")))
                .list());
    }

    private String opened(ExecutionId execution, String name, byte @Nullable [] sealed) {
        if (sealed == null) {
            throw new SealedParameterException("the secret parameter " + name + " is gone: the execution has ended");
        }
        try {
            return seal.orElseThrow(SealedParameterException::noKey).open(place(execution, name), sealed);
        } catch (IllegalStateException e) {
            throw new SealedParameterException("the secret parameter " + name + " does not open with this worker's"
                    + " kiln.secrets-key; give it the key that the API has");
        }
    }

    /** Those of any execution, without its secrets. */
    public List<Shown> shown(ExecutionId execution) {
        return jdbc.sql("""
                        select name, secret, value from execution_parameter
                         where execution_id = :execution order by position
                        """)
                .param("execution", execution.value())
                .query((row, number) ->
                        new Shown(row.getString("name"), row.getBoolean("secret"), row.getString("value")))
                .list();
    }
}
