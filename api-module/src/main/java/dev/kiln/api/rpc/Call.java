package dev.kiln.api.rpc;

import dev.kiln.account.AccountId;
import dev.kiln.api.signature.Caller;

/** A request whose signature was verified. */
public record Call(Caller caller, Parameters parameters) {

    public AccountId account() {
        return caller.account();
    }
}
