package dev.kiln.api.dashboard;

import dev.kiln.account.AccountId;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.signature.Caller;

/**
 * Who is signed in, and what he may see and do: what the policies of his key allow by the wire and the REST API.
 *
 * @param formToken what every form of his pages carries
 */
public record Visitor(Caller caller, String formToken) {

    static final String ATTRIBUTE = "dev.kiln.visitor";

    /** Whether the key may do the action on the object; the root account sees those of all accounts. */
    public boolean may(String action, ResourceType type, Owned object) {
        return (caller.root() || object.accountId() == caller.account().value())
                && caller.may(action, type.name(object.region(), new AccountId(object.accountId()), object.id()));
    }

    /** The same for what changes the object, which its own account alone does. */
    public boolean mayChange(String action, ResourceType type, Owned object) {
        return object.accountId() == caller.account().value() && may(action, type, object);
    }

    /** Whether the key may do what is about no object of the vendor's. */
    public boolean may(String action) {
        return caller.may(action, "*");
    }

    /** Whether policies may hide some of a list. */
    public boolean isNarrowed() {
        return !caller.policies().isEmpty();
    }

    /** The number of his account. */
    public String account() {
        return caller.account().toString();
    }

    /** An object of an account in a region. */
    public interface Owned {

        /** Its id on the wire. */
        String id();

        /** The account that it belongs to. */
        long accountId();

        /** The region that it is in. */
        String region();
    }
}
