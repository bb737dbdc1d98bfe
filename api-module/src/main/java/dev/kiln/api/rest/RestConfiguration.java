package dev.kiln.api.rest;

import dev.kiln.api.signature.Authentication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the signature check in front of the REST API. */
@Configuration(proxyBeanMethods = false)
class RestConfiguration {

    @Bean
    FilterRegistrationBean<SignatureFilter> signatureFilter(Authentication authentication, Problems problems) {
        var registration = new FilterRegistrationBean<>(new SignatureFilter(authentication, problems));
        registration.addUrlPatterns("/api/v1/*");
        return registration;
    }
}
