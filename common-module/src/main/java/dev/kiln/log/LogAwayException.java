package dev.kiln.log;

import dev.kiln.region.RegionId;

/** A log lies in a region that is not available now. */
public final class LogAwayException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String region;

    LogAwayException(RegionId region, Exception cause) {
        super("the log lies in region " + region + ", which does not answer: " + cause, cause);
        this.region = region.value();
    }

    public RegionId region() {
        return new RegionId(region);
    }
}
