package dev.kiln.api;

import dev.kiln.api.rpc.PagingTokens;
import dev.kiln.component.Components;
import dev.kiln.execution.ExecutionQueue;
import dev.kiln.execution.Executions;
import dev.kiln.image.ImageInspector;
import dev.kiln.image.archive.ArchiveInspector;
import dev.kiln.image.archive.ArchiveLimits;
import dev.kiln.log.MovedLogs;
import dev.kiln.parameter.ExecutionParameters;
import dev.kiln.region.Regions;
import dev.kiln.secret.SecretSeal;
import dev.kiln.template.TemplateRows;
import java.time.Clock;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** The API's parts that do not depend on Spring. */
@Configuration(proxyBeanMethods = false)
class ApiConfiguration {

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    TransactionTemplate transaction(PlatformTransactionManager transactions) {
        return new TransactionTemplate(transactions);
    }

    @Bean
    SecretSeal secretSeal(ApiSettings settings) {
        return new SecretSeal(settings.secretsKey());
    }

    @Bean
    ExecutionParameters executionParameters(JdbcClient jdbc, SecretSeal seal) {
        return new ExecutionParameters(jdbc, Optional.of(seal));
    }

    @Bean
    PagingTokens pagingTokens(ApiSettings settings) {
        return new PagingTokens(settings.secretsKey());
    }

    @Bean
    Executions executions(JdbcClient jdbc) {
        return new Executions(jdbc);
    }

    @Bean
    ExecutionQueue executionQueue(JdbcClient jdbc) {
        return new ExecutionQueue(jdbc);
    }

    @Bean
    MovedLogs movedLogs(JdbcClient jdbc, Regions regions) {
        return new MovedLogs(jdbc, regions);
    }

    @Bean
    TemplateRows templateRows(JsonMapper json) {
        return new TemplateRows(json);
    }

    @Bean
    Components components(JdbcClient jdbc, JsonMapper json) {
        return new Components(jdbc, json);
    }

    @Bean
    ArchiveInspector archiveInspector() {
        return new ArchiveInspector(ArchiveLimits.DEFAULT);
    }

    @Bean
    ImageInspector imageInspector() {
        return new ImageInspector(ArchiveLimits.DEFAULT);
    }
}
