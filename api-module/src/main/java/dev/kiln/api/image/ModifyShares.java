package dev.kiln.api.image;

import static dev.kiln.api.operation.Parameter.REGION_ID;

import dev.kiln.account.AccountId;
import dev.kiln.api.ApiSettings;
import dev.kiln.api.account.Accounts;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Done;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Scalar;
import dev.kiln.image.ImageId;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** ModifyImageSharePermission; a request takes effect completely or not at all. */
@Component
class ModifyShares implements Operation<Done> {

    private static final int COUNTED = 10;
    private static final int MOST = 1000;

    private static final ErrorCode TOO_MANY = new ErrorCode(
            "QuotaExceed.ShareImageUser", 403, "the image would be shared with more accounts than the quota allows");
    private static final ErrorCode PUBLISHING =
            new ErrorCode("InvalidParameter.IsPublic", 403, "IsPublic is true: images cannot be published");
    private static final ErrorCode NOT_AVAILABLE =
            new ErrorCode("OperationDenied.InvalidImageStatus", 403, "the image is not available");
    private static final ErrorCode NO_ACCOUNT = new ErrorCode("InvalidAccount.NotFound", 404, "no such account");
    private static final ErrorCode OWNER =
            new ErrorCode("InvalidAccount.Forbbiden", 404, "sharing with the owner (the reference's spelling)");

    private static final Parameter<String> ID = Parameter.text("ImageId").required();
    private static final Parameter<List<AccountId>> ADD = accounts("AddAccount");
    private static final Parameter<List<AccountId>> REMOVE = accounts("RemoveAccount");
    private static final Parameter<Boolean> IS_PUBLIC = Parameter.of(
                    "IsPublic",
                    new Scalar<>(
                            "boolean",
                            "false",
                            text -> Optional.of(false).filter(no -> text.equalsIgnoreCase("false"))))
            .code(PUBLISHING)
            .refused();

    private static final Declaration<Done> DECLARATION = new Declaration<>(
            "ModifyImageSharePermission",
            "Shares an image of the account with other accounts, or stops sharing it. A request takes effect as a whole"
                    + " or not at all. Only the first ten of each list count; removals come first.",
            List.of(
                    REGION_ID,
                    ID,
                    ADD,
                    REMOVE,
                    IS_PUBLIC,
                    Parameter.text("LaunchPermission").checked(),
                    DryRun.DRY_RUN),
            List.of(TOO_MANY, PUBLISHING, NOT_AVAILABLE, Refusals.IMAGE_NOT_FOUND, NO_ACCOUNT, OWNER, DryRun.PASSED),
            Done.SHAPE);

    private final Images images;
    private final Shares shares;
    private final Accounts accounts;
    private final TransactionTemplate transaction;
    private final int mostShares;

    ModifyShares(
            Images images, Shares shares, Accounts accounts, TransactionTemplate transaction, ApiSettings settings) {
        this.images = images;
        this.shares = shares;
        this.accounts = accounts;
        this.transaction = transaction;
        this.mostShares = settings.quota().shares();
    }

    @Override
    public Declaration<Done> declaration() {
        return DECLARATION;
    }

    @Override
    public Done run(Call call) {
        var region = call.get(REGION_ID);
        var id = new ImageId(call.get(ID));
        var add = call.get(ADD).stream().limit(COUNTED).toList();
        var remove = call.get(REMOVE).stream().limit(COUNTED).toList();
        transaction.executeWithoutResult(status -> {
            var image =
                    images.lockOwn(id, call.account(), region).orElseThrow(() -> Refusals.imageNotFound(id.value()));
            check(image, add);
            shares.remove(id, remove);
            add.forEach(account -> shares.add(id, account));
            if (!add.isEmpty() && mostShares > 0 && shares.count(id) > mostShares) {
                throw TOO_MANY.because("An image may be shared with " + mostShares + " accounts. Withdraw some first.");
            }
            DryRun.stop(call);
        });
        return Done.DONE;
    }

    private static Parameter<List<AccountId>> accounts(String name) {
        return Parameter.list(name, Scalar.account(), MOST, ErrorCode.INVALID_PARAMETER)
                .code(NO_ACCOUNT);
    }

    private void check(Image image, List<AccountId> add) {
        if (!image.isAvailable() || (image.deprecated() && !add.isEmpty())) {
            throw NOT_AVAILABLE.because(
                    "The specified image is " + image.status() + ". Only an available one can be shared.");
        }
        if (add.contains(image.owner())) {
            throw OWNER.because("An image cannot be shared with its owner, who has it already.");
        }
        accounts.unknown(add).stream().findFirst().ifPresent(account -> {
            throw notFound("AddAccount", account.toString());
        });
    }

    private static ApiException notFound(String name, String value) {
        return NO_ACCOUNT.because("The specified " + name + " " + Refusals.quoted(value) + " is not an account.");
    }
}
