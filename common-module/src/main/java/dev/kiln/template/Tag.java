package dev.kiln.template;

/** A tag on a template, an execution or an image (Tag.N.Key, Tag.N.Value). */
public record Tag(String key, String value) {}
