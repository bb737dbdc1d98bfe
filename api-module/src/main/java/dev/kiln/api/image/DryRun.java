package dev.kiln.api.image;

import dev.kiln.api.error.ApiException;

/** A dry run ends, after all checks, with a refusal that says that there would have been none. */
final class DryRun {

    private DryRun() {}

    static void stop(boolean dryRun) {
        if (dryRun) {
            throw new ApiException(
                    "DryRunOperation",
                    400,
                    "Request validation has been passed with DryRun flag set. Nothing was changed.");
        }
    }
}
