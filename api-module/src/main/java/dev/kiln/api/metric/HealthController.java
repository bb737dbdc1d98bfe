package dev.kiln.api.metric;

import dev.kiln.management.Health;
import dev.kiln.management.HealthCheck.Need;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * How the API stands, in one word, for balancers that reach nothing but the port of the API; under the paths that
 * probes of Spring applications know. The management port tells more.
 */
@RestController
@RequestMapping("/actuator/health")
class HealthController {

    private final Health health;

    HealthController(Health health) {
        this.health = health;
    }

    @GetMapping
    ResponseEntity<Map<String, String>> health() {
        return answer(Need.HEALTH);
    }

    @GetMapping("/readiness")
    ResponseEntity<Map<String, String>> readiness() {
        return answer(Need.WORK);
    }

    @GetMapping("/liveness")
    ResponseEntity<Map<String, String>> liveness() {
        return answer(Need.LIFE);
    }

    private ResponseEntity<Map<String, String>> answer(Need need) {
        var report = health.report(need);
        return ResponseEntity.status(report.up() ? 200 : 503)
                .header("Cache-Control", "no-store")
                .body(Map.of("status", report.status()));
    }
}
