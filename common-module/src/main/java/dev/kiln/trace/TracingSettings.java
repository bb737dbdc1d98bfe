package dev.kiln.trace;

import java.net.URI;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code kiln.tracing.*}: where traces go. OpenTelemetry's own variables ({@code OTEL_*}) set the rest.
 *
 * @param endpoint a collector that takes OTLP over HTTP, as {@code http://HOST:4318}; empty: no traces
 * @param sampling the share of executions to trace, from 0 to 1, unless the caller's own trace decides
 */
@ConfigurationProperties("kiln.tracing")
public record TracingSettings(
        @DefaultValue("") String endpoint,
        @DefaultValue("1.0") double sampling) {

    public TracingSettings {
        if (!endpoint.isEmpty() && !isAddress(endpoint)) {
            throw new IllegalArgumentException("kiln.tracing.endpoint is " + endpoint
                    + ", but has to be an address as http://HOST:4318, or nothing");
        }
        if (!(sampling >= 0 && sampling <= 1)) {
            throw new IllegalArgumentException("kiln.tracing.sampling is " + sampling + ", but has to be from 0 to 1");
        }
    }

    private static boolean isAddress(String text) {
        try {
            var address = URI.create(text);
            return ("http".equals(address.getScheme()) || "https".equals(address.getScheme()))
                    && address.getHost() != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
