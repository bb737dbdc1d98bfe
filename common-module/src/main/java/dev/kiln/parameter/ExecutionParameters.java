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
 * The values of executions for their templates' parameters. Secrets are stored sealed; a trigger deletes them in the
 * statement that ends the execution, whichever process runs it.
 */
public final class ExecutionParameters {

    private final JdbcClient jdbc;
    private final Optional<SecretSeal> seal;

    /** @param seal empty for a process without the key: it can neither add nor read secrets */
    public ExecutionParameters(JdbcClient jdbc, Optional<SecretSeal> seal) {
        this.jdbc = jdbc;
        this.seal = seal;
    }

    /**
     * A parameter for display.
     *
     * @param value null for a secret
     */
    public record Shown(
            String name, boolean secret, @Nullable String value) {}

    /** Adds the parameters of an execution, in the transaction that starts it. */
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

    /** The size of a value in bytes. */
    public static int bytes(String value) {
        return value.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * The parameters of an unfinished execution.
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

    /** The parameters of any execution, without the values of secrets. */
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
