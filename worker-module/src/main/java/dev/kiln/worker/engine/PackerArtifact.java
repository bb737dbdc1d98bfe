package dev.kiln.worker.engine;

/**
 * Something that Packer made.
 *
 * @param builder Packer's name of the builder that made it
 * @param region of the cloud that has it; empty where Packer does not say
 * @param id the cloud's id
 */
public record PackerArtifact(String builder, String region, String id) {}
