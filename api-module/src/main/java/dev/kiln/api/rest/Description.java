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
 * The description of the REST API (OpenAPI) and the page that shows it; anybody may read both. The description is a
 * file: a test compares it with what the controllers take and answer, so that no start has to find that out.
 */
@RestController
class Description {

    /** Where the page's files are in its archive; with the version, which pom.xml names. */
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
