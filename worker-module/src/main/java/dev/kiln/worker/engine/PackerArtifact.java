package dev.kiln.worker.engine;

/**
 * Something that Packer made.
 *
 * @param builder that made it, as Packer calls it
 * @param region of the cloud that has it; empty where Packer does not say one
 * @param id what it is called there
 */
public record PackerArtifact(String builder, String region, String id) {}
