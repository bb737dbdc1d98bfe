package dev.kiln.api.webhook;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code kiln.webhooks.*}.
 *
 * @param perAccount how many an account may have; 0 for no limit
 * @param privateNetworks networks of private addresses that webhooks may lead to, like 10.1.0.0/16; else none may
 * @param atOnce how many deliveries one API process sends at the same time
 * @param backOff pause after the first try that failed; doubled each time, up to an hour
 * @param giveUpAfter how long after the event a delivery is given up
 * @param keepFor how long the log of deliveries goes back
 */
@ConfigurationProperties("kiln.webhooks")
record WebhookSettings(
        @DefaultValue("10") int perAccount,
        @DefaultValue List<String> privateNetworks,
        @DefaultValue("8") int atOnce,
        @DefaultValue("5s") Duration backOff,
        @DefaultValue("24h") Duration giveUpAfter,
        @DefaultValue("7d") Duration keepFor) {}
