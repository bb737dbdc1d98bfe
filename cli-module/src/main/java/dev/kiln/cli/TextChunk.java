package dev.kiln.cli;

/** Some text, and the offset from which to ask for what follows it. */
public record TextChunk(String text, long nextOffset) {}
