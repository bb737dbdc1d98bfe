package dev.kiln.api.webhook;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code kiln.webhooks.*}.
 *
 * @param perAccount webhooks per account; 0 for no limit
 * @param privateNetworks private networks that webhooks may lead to, like 10.1.0.0/16; otherwise none
 * @param atOnce how many messages one API process sends at the same time
 * @param backOff pause after the first failed try; doubled each time, up to an hour
 * @param giveUpAfter how long after its event a message is given up
 * @param keepFor how long the log of deliveries is kept
 */
@ConfigurationProperties("kiln.webhooks")
record WebhookSettings(
        @DefaultValue("10") int perAccount,
        @DefaultValue List<String> privateNetworks,
        @DefaultValue("8") int atOnce,
        @DefaultValue("5s") Duration backOff,
        @DefaultValue("24h") Duration giveUpAfter,
        @DefaultValue("7d") Duration keepFor) {}
