/** What was left behind: what this process writes down before it stores, and the search that an operator asks for. */
@NullMarked
package dev.kiln.api.doctor;

import org.jspecify.annotations.NullMarked;
