package dev.kiln.api.metric;

import dev.kiln.management.Health;
import dev.kiln.management.HealthCheck.Need;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The API's health in one word, under the paths of Spring's probes, for load balancers that reach only the API's port.
 * The management port shows more.
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
