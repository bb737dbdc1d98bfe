package dev.kiln.api.dashboard;

import dev.kiln.account.AccountId;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.signature.Caller;

/**
 * A signed-in visitor, who can see and do what the key's policies allow over the wire and the REST API.
 *
 * @param formToken the token that every form must carry
 */
public record Visitor(Caller caller, String formToken) {

    static final String ATTRIBUTE = "dev.kiln.visitor";

    private static final String EXECUTIONS = "ecs:DescribeImagePipelineExecutions";

    /** Whether the key is allowed the action on the object; the root account can see objects of all accounts. */
    public boolean may(String action, ResourceType type, Owned object) {
        return (caller.root() || object.accountId() == caller.account().value())
                && caller.may(action, type.name(object.region(), new AccountId(object.accountId()), object.id()));
    }

    /** As {@link #may(String, ResourceType, Owned)}, for changes: only the object's own account can make them. */
    public boolean mayChange(String action, ResourceType type, Owned object) {
        return object.accountId() == caller.account().value() && may(action, type, object);
    }

    /** Whether the key may see the execution in lists, which are allowed by templates, as by the REST API. */
    boolean mayList(ShownExecutions.Row row) {
        return (caller.root() || row.accountId() == caller.account().value())
                && caller.may(
                        EXECUTIONS,
                        ResourceType.TEMPLATE.name(row.region(), new AccountId(row.accountId()), row.templateId()));
    }

    /** Whether the key may see executions of the template in lists, and so what became of them. */
    boolean mayListExecutions(ShownTemplates.Row template) {
        return may(EXECUTIONS, ResourceType.TEMPLATE, template);
    }

    /** Whether the key may do what is about no object of the vendor's. */
    public boolean may(String action) {
        return caller.may(action, "*");
    }

    /** Whether policies can hide parts of a list. */
    public boolean isNarrowed() {
        return !caller.policies().isEmpty();
    }

    /** The number of the visitor's account. */
    public String account() {
        return caller.account().toString();
    }

    /** An object of an account in a region. */
    public interface Owned {

        /** The object's id on the wire. */
        String id();

        /** The account that owns it. */
        long accountId();

        /** Its region. */
        String region();
    }
}
