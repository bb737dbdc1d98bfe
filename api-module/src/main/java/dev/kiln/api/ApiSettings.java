package dev.kiln.api;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The API's own settings (docs/configuration.md).
 *
 * @param secretsKey 32 bytes in Base64 that seal secrets in the database; the same for all API processes
 * @param secretsKeyLost whether access keys that another key sealed are disabled, instead of refusing to start
 * @param root the account that creates all others
 * @param uploadLimit the largest image or context that can be uploaded
 * @param cancelDeadline after this time a cancelled execution is CANCELLED, even if nothing answers
 * @param abandonedUploadAfter an upload without progress for this long is removed
 * @param throttle what each access key may ask of one API process
 * @param quota limits of each account
 * @param live executions that are followed while they run
 * @param web the web page
 */
@ConfigurationProperties("kiln")
public record ApiSettings(
        @DefaultValue("") String secretsKey,
        @DefaultValue("false") boolean secretsKeyLost,
        @DefaultValue Root root,
        @DefaultValue("20GB") DataSize uploadLimit,
        @DefaultValue("30s") Duration cancelDeadline,
        @DefaultValue("1h") Duration abandonedUploadAfter,
        @DefaultValue Throttle throttle,
        @DefaultValue Quota quota,
        @DefaultValue Live live,
        @DefaultValue Web web) {

    /**
     * The web page.
     *
     * @param unused an unused session ends after this time
     * @param longest every session ends after this time
     * @param triesPerMinute how often a key can fail to sign in to one API process; an address ten times as often
     */
    public record Web(
            @DefaultValue("12h") Duration unused,
            @DefaultValue("7d") Duration longest,
            @DefaultValue("10") int triesPerMinute) {}

    /**
     * Executions that are followed while they run.
     *
     * @param lookEvery how often the database is asked, once for all followers in this process
     * @param followers connections per account that can follow executions in this process
     * @param longest a connection ends after this time, and the client comes back, so that its key and permissions are
     *     checked again
     * @param slowReader a client that accepts no data for this long, although there is some, is disconnected
     */
    public record Live(
            @DefaultValue("250ms") Duration lookEvery,
            @DefaultValue("100") int followers,
            @DefaultValue("1m") Duration longest,
            @DefaultValue("20s") Duration slowReader) {}

    /**
     * Limits of each account; 0 for no limit.
     *
     * @param templates templates
     * @param components versions of components
     * @param images images, including those that executions made
     * @param shares accounts that an image can be shared with
     * @param keys keys that do not expire
     * @param temporaryKeys unexpired temporary keys
     */
    public record Quota(
            @DefaultValue("1000") int templates,
            @DefaultValue("1000") int components,
            @DefaultValue("10000") int images,
            @DefaultValue("50") int shares,
            @DefaultValue("100") int keys,
            @DefaultValue("10000") int temporaryKeys) {}

    /**
     * A token bucket for each access key.
     *
     * @param perSecond tokens that come back per second; 0 for no limit
     * @param burst tokens that a full bucket has
     */
    public record Throttle(
            @DefaultValue("200") int perSecond,
            @DefaultValue("1000") int burst) {}

    /** The root account: its number, and the key that it gets if the key is new or has another secret. */
    public record Root(
            @DefaultValue("1000000000000001") long accountId,
            @DefaultValue("") String accessKeyId,
            @DefaultValue("") String accessKeySecret) {}
}
