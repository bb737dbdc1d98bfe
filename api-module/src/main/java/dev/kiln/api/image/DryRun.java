package dev.kiln.api.image;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Parameter;

/** A dry run makes all checks, then ends with the refusal that says that all of them passed. */
final class DryRun {

    static final Parameter<Boolean> DRY_RUN = Parameter.flag("DryRun").or(false);
    static final ErrorCode PASSED = new ErrorCode("DryRunOperation", 400, "a dry run passed all checks");

    private DryRun() {}

    static void stop(Call call) {
        if (call.get(DRY_RUN)) {
            throw PASSED.because("Request validation has been passed with DryRun flag set. Nothing was changed.");
        }
    }
}
