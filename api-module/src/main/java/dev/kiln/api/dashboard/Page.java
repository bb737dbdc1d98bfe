package dev.kiln.api.dashboard;

import org.jspecify.annotations.Nullable;

/**
 * What every page has.
 *
 * @param section the entry of the menu that it belongs to
 * @param visitor nobody on the page to sign in
 */
public record Page(String title, String section, @Nullable Visitor visitor, Assets assets) {}
