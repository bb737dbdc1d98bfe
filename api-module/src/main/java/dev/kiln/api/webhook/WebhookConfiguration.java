package dev.kiln.api.webhook;

import dev.kiln.metric.Metrics;
import dev.kiln.secret.SecretSeal;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The parts that send to webhooks. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(WebhookSettings.class)
class WebhookConfiguration {

    @Bean
    Addresses webhookAddresses(WebhookSettings settings) {
        return new Addresses(settings.privateNetworks());
    }

    @Bean
    Deliveries webhookDeliveries(JdbcClient jdbc, SecretSeal seal) {
        return new Deliveries(jdbc, seal);
    }

    @Bean
    Dispatcher webhookDispatcher(
            Deliveries deliveries, Addresses addresses, WebhookSettings settings, Metrics metrics) {
        return new Dispatcher(deliveries, addresses, settings, metrics);
    }
}
