package dev.kiln.api.rest;

import dev.kiln.api.signature.Authentication;
import dev.kiln.region.Regions;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.config.annotation.ContentNegotiationConfigurer;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Puts the signature and permission checks in front of the REST API, and makes it answer in JSON whatever the client
 * accepts.
 */
@Configuration(proxyBeanMethods = false)
class RestConfiguration implements WebMvcConfigurer {

    private final Regions regions;

    RestConfiguration(Regions regions) {
        this.regions = regions;
    }

    @Bean
    FilterRegistrationBean<SignatureFilter> signatureFilter(Authentication authentication, Problems problems) {
        var registration = new FilterRegistrationBean<>(new SignatureFilter(authentication, problems));
        registration.addUrlPatterns("/api/v1/*");
        return registration;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new PermissionCheck(regions)).addPathPatterns("/api/v1/**");
    }

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/swagger-ui/**").addResourceLocations(Description.PAGE);
    }

    /**
     * Each answer has one form; negotiation would refuse a client that accepts another only after its request was done.
     */
    @Override
    public void configureContentNegotiation(ContentNegotiationConfigurer negotiation) {
        negotiation.ignoreAcceptHeader(true).defaultContentType(MediaType.ALL);
    }
}
