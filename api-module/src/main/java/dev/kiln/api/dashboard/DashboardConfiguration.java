package dev.kiln.api.dashboard;

import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the checks of sessions and forms in front of every page. */
@Configuration(proxyBeanMethods = false)
class DashboardConfiguration {

    @Bean
    FilterRegistrationBean<SessionFilter> sessionFilter(WebSessions sessions, Views pages) {
        var registration = new FilterRegistrationBean<>(new SessionFilter(sessions, pages));
        registration.addUrlPatterns("/ui", "/ui/*");
        return registration;
    }
}
