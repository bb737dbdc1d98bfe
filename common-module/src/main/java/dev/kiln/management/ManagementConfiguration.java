package dev.kiln.management;

import dev.kiln.management.HealthCheck.Need;
import dev.kiln.metric.Metrics;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import tools.jackson.databind.json.JsonMapper;

/** The management port of a process, and the checks that API and workers share. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ManagementSettings.class)
public class ManagementConfiguration {

    private static final Duration TO_CONNECT = Duration.ofSeconds(2);
    private static final Duration FRESH = Duration.ofSeconds(10);

    @Bean
    Metrics metrics() {
        return new Metrics();
    }

    @Bean
    Health health(List<HealthCheck> checks) {
        return new Health(checks);
    }

    @Bean
    ManagementServer managementServer(ManagementSettings settings, Health health, Metrics metrics, JsonMapper json) {
        return new ManagementServer(settings, health, metrics, json);
    }

    @Bean
    HealthCheck regionsCheck(Regions regions) {
        return new HealthCheck("regions", Need.HEALTH, FRESH, () -> writable(regions));
    }

    /** Only reported: without Kafka events wait, and the sweep does what messages would have triggered. */
    @Bean
    HealthCheck kafkaCheck(Environment environment) {
        var brokers = environment.getProperty("spring.kafka.bootstrap-servers", "localhost:9092");
        return new HealthCheck("kafka", Need.TOLD, FRESH, () -> reachable(brokers));
    }

    private static String writable(Regions regions) throws IOException {
        var away = new ArrayList<String>();
        for (var id : regions.ids()) {
            try {
                regions.find(id).orElseThrow().check();
            } catch (IOException e) {
                away.add(id + ": " + e.getMessage());
            }
        }
        if (!away.isEmpty()) {
            throw new IOException(String.join("; ", away));
        }
        return regions.ids().stream().map(RegionId::value).collect(Collectors.joining(", "));
    }

    /** The first broker that accepts a connection. */
    private static String reachable(String brokers) throws IOException {
        var trouble = new IOException("no broker of " + brokers + " takes a connection");
        for (var broker : brokers.split(",", -1)) {
            var address = broker.strip().replaceFirst("^[A-Z_]+://", "");
            var colon = address.lastIndexOf(':');
            if (colon > 0) {
                try (var socket = new Socket()) {
                    var port = Integer.parseInt(address.substring(colon + 1));
                    var host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
                    socket.connect(new InetSocketAddress(host, port), (int) TO_CONNECT.toMillis());
                    return address;
                } catch (IOException | NumberFormatException e) {
                    trouble.addSuppressed(e);
                }
            }
        }
        throw trouble;
    }
}
