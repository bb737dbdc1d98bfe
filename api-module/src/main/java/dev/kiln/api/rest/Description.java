package dev.kiln.api.rest;

import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The OpenAPI description of the REST API and the page that shows it; both are public. The description is a file that a
 * test compares with the controllers, so that it need not be generated at each start.
 */
@RestController
class Description {

    /** Where the page's files are in its archive; pom.xml names the same version. */
    static final String PAGE = "classpath:/META-INF/resources/webjars/swagger-ui/5.32.14/";

    @GetMapping(path = "/v3/api-docs", produces = MediaType.APPLICATION_JSON_VALUE)
    Resource description() {
        return new ClassPathResource("openapi.json", Description.class);
    }

    @GetMapping("/swagger-ui.html")
    ResponseEntity<Void> page() {
        return ResponseEntity.status(HttpStatus.FOUND)
                .header(HttpHeaders.LOCATION, "swagger-ui/index.html")
                .build();
    }

    @GetMapping(path = "/swagger-ui/swagger-initializer.js", produces = "text/javascript")
    Resource initializer() {
        return new ClassPathResource("swagger-initializer.js", Description.class);
    }
}
