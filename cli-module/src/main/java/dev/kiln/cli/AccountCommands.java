package dev.kiln.cli;

import static dev.kiln.cli.TemplateCommands.text;

import java.io.IOException;
import java.util.List;

/** {@code ./kiln account}: manages accounts, for the root account. */
final class AccountCommands {

    private final Session session;

    AccountCommands(Session session) {
        this.session = session;
    }

    List<Command> all() {
        var id = new Option("id", "", "N", "its number; else the server chooses one");
        var name = new Option("name", "n", "NAME", "what it is called");
        return List.of(
                new Command(
                        "account create",
                        List.of(),
                        List.of(id, name, Option.OUTPUT),
                        "make an account, print its id and lines that export its key",
                        this::create),
                new Command(
                        "account list",
                        List.of(),
                        List.of(Option.OUTPUT),
                        "all accounts, the oldest first",
                        this::list));
    }

    private int create(Arguments arguments) throws UsageException, IOException {
        var id = arguments.option("id").orElse("");
        if (!id.matches("[0-9]{0,16}")) {
            throw new UsageException("--id " + id + " is not a number of at most 16 digits");
        }
        var name = arguments.required("name");
        var json = Session.json(arguments);
        var account = new Commands(session.client()).createAccount(id, name);
        if (json) {
            session.print(account);
            return ExitStatus.DONE;
        }
        ShellLines.print(session.terminal().out(), "account id " + text(account, "accountId"), account);
        return ExitStatus.DONE;
    }

    private int list(Arguments arguments) throws UsageException, IOException {
        var json = Session.json(arguments);
        var accounts = session.client().get("/api/v1/accounts").path("accounts");
        if (json) {
            session.print(accounts);
            return ExitStatus.DONE;
        }
        var table = new Table(1, "ACCOUNT", "NAME", "MADE", "").cutting("NAME");
        for (var account : accounts) {
            table.row(
                    text(account, "accountId"),
                    text(account, "name"),
                    Session.ago(text(account, "createdAt")),
                    account.path("root").asBoolean(false) ? "root" : "");
        }
        table.print(session.terminal());
        return ExitStatus.DONE;
    }
}
