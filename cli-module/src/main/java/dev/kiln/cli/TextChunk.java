package dev.kiln.cli;

/** Some text, and the offset of the text after it. */
public record TextChunk(String text, long nextOffset) {}
