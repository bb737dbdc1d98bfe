package dev.kiln.api.dashboard;

import dev.kiln.api.error.ApiException;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers mistyped paths of the dashboard with a page that says so. */
@RestController
class NoPage {

    @RequestMapping("/ui/**")
    void answer() {
        throw new ApiException("", 404, "There is no such page. The tabs above lead to those that there are.");
    }
}
