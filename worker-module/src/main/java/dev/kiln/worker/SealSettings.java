package dev.kiln.worker;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What a worker shares with the API in addition to database, broker and regions.
 *
 * @param secretsKey opens the secret parameters of executions; without it a worker cannot run executions that have some
 */
@ConfigurationProperties("kiln")
public record SealSettings(@DefaultValue("") String secretsKey) {}
