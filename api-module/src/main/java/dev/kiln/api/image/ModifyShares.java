package dev.kiln.api.image;

import dev.kiln.account.AccountId;
import dev.kiln.api.account.Accounts;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.rpc.Answer;
import dev.kiln.api.rpc.Call;
import dev.kiln.api.rpc.Operation;
import dev.kiln.image.ImageId;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** ModifyImageSharePermission: all of a request happens, or nothing. */
@Component
class ModifyShares implements Operation {

    private static final int COUNTED = 10;
    private static final int MAX_INDEX = 1000;
    private static final int MAX_SHARES = 50;
    private static final Pattern ACCOUNT = Pattern.compile("0*[1-9]\\d{0,15}");

    private final Images images;
    private final Shares shares;
    private final Accounts accounts;
    private final TransactionTemplate transaction;

    ModifyShares(Images images, Shares shares, Accounts accounts, TransactionTemplate transaction) {
        this.images = images;
        this.shares = shares;
        this.accounts = accounts;
        this.transaction = transaction;
    }

    @Override
    public String name() {
        return "ModifyImageSharePermission";
    }

    @Override
    public Answer run(Call call) {
        var region = call.parameters().region();
        var id = new ImageId(call.parameters().required("ImageId"));
        var add = accounts(call, "AddAccount");
        var remove = accounts(call, "RemoveAccount");
        var dryRun = call.parameters().flag("DryRun", false);
        if (call.parameters().flag("IsPublic", false)) {
            throw new ApiException(
                    "InvalidParameter.IsPublic", 403, "Images cannot be published here. Share them with accounts.");
        }
        transaction.executeWithoutResult(status -> {
            var image =
                    images.lockOwn(id, call.account(), region).orElseThrow(() -> Refusals.imageNotFound(id.value()));
            check(image, add);
            shares.remove(id, remove);
            add.forEach(account -> shares.add(id, account));
            if (shares.count(id) > MAX_SHARES) {
                throw new ApiException(
                        "QuotaExceed.ShareImageUser",
                        403,
                        "An image may be shared with " + MAX_SHARES + " accounts. Withdraw some first.");
            }
            DryRun.stop(dryRun);
        });
        return new Answer();
    }

    private static List<AccountId> accounts(Call call, String name) {
        return call.parameters().list(name, MAX_INDEX, "InvalidParameter").stream()
                .limit(COUNTED)
                .map(value -> account(name, value))
                .toList();
    }

    private static AccountId account(String name, String value) {
        if (!ACCOUNT.matcher(value).matches()) {
            throw notFound(name, value);
        }
        return new AccountId(Long.parseLong(value));
    }

    private void check(Image image, List<AccountId> add) {
        if (!image.isAvailable()) {
            throw new ApiException(
                    "OperationDenied.InvalidImageStatus",
                    403,
                    "The specified image is " + image.state().wire() + ". Only an available one can be shared.");
        }
        if (add.contains(image.owner())) {
            throw new ApiException(
                    "InvalidAccount.Forbbiden", 404, "An image cannot be shared with its owner, who has it already.");
        }
        accounts.unknown(add).stream().findFirst().ifPresent(account -> {
            throw notFound("AddAccount", account.toString());
        });
    }

    private static ApiException notFound(String name, String value) {
        return new ApiException(
                "InvalidAccount.NotFound",
                404,
                "The specified " + name + " " + Refusals.quoted(value) + " is not an account.");
    }
}
