package dev.kiln.api.execution;

import dev.kiln.account.AccountId;
import dev.kiln.api.rpc.ClientTokens;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.Executions;
import dev.kiln.execution.Origin;
import dev.kiln.template.TemplateId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Starts executions without a request, with the same checks as requested ones. */
@Component
public final class UnattendedStart {

    private final CheckedStart start;
    private final Executions executions;

    UnattendedStart(CheckedStart start, Executions executions) {
        this.start = start;
        this.executions = executions;
    }

    /**
     * Starts an execution of the account's template in the caller's transaction; its parameters have their defaults.
     *
     * @param follows the chain of templates whose new images led to this start, in order
     */
    public ExecutionId start(AccountId account, TemplateId template, Origin origin, List<TemplateId> follows) {
        var asked = new ClientTokens.Asked(account, "UnattendedStart", Optional.empty());
        var id = start.start(asked, template, Map.of());
        executions.startedBy(id, origin, follows);
        return id;
    }
}
