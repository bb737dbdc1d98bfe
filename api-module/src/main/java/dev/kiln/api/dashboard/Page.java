package dev.kiln.api.dashboard;

import org.jspecify.annotations.Nullable;

/**
 * What every page has.
 *
 * @param section the menu entry that it belongs to
 * @param visitor null on the sign-in page
 */
public record Page(String title, String section, @Nullable Visitor visitor, Assets assets) {}
