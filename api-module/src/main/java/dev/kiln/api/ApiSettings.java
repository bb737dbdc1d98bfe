package dev.kiln.api;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The API's own settings (docs/configuration.md).
 *
 * @param secretsKey 32 bytes in Base64 that seal secrets in the database; the same for all API processes
 * @param secretsKeyLost whether keys that were sealed with another one are switched off, instead of refusing to start
 * @param root the account that makes all others
 * @param uploadLimit the largest image or context that is taken
 * @param cancelDeadline after this a cancelled execution is CANCELLED even if nothing answers
 * @param abandonedUploadAfter an upload that made no progress for this long is removed
 * @param throttle what each access key may ask of one API process
 * @param quota how much each account may have
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
     * @param unused a session that nobody uses ends after this
     * @param longest every session ends after this
     * @param triesPerMinute how often a key may fail to sign in to one API process; an address ten times as often
     */
    public record Web(
            @DefaultValue("12h") Duration unused,
            @DefaultValue("7d") Duration longest,
            @DefaultValue("10") int triesPerMinute) {}

    /**
     * Executions that are followed while they run.
     *
     * @param lookEvery how often the database is asked, once for all who follow anything in this process
     * @param followers how many connections of an account may follow executions in this process
     * @param longest a connection ends after this, and the client comes back: its key and its permission are checked
     *     again
     * @param slowReader a client that takes nothing of what there is for this long is disconnected
     */
    public record Live(
            @DefaultValue("250ms") Duration lookEvery,
            @DefaultValue("100") int followers,
            @DefaultValue("1m") Duration longest,
            @DefaultValue("20s") Duration slowReader) {}

    /**
     * How much each account may have; 0 for no limit.
     *
     * @param templates templates
     * @param components versions of components
     * @param images images, those that executions made included
     * @param shares accounts that an image may be shared with
     * @param keys keys that do not expire
     * @param temporaryKeys keys that expire, and have not yet
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
     * @param perSecond tokens that come back a second; 0 for no limit
     * @param burst tokens that a full bucket has
     */
    public record Throttle(
            @DefaultValue("200") int perSecond,
            @DefaultValue("1000") int burst) {}

    /** The root account: its number, and the key that it gets when that is new or has another secret. */
    public record Root(
            @DefaultValue("1000000000000001") long accountId,
            @DefaultValue("") String accessKeyId,
            @DefaultValue("") String accessKeySecret) {}
}
