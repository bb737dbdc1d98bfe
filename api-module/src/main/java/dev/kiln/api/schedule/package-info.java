/** Starts that nobody asks for at that moment: by schedules, and by base images that have changed. */
@NullMarked
package dev.kiln.api.schedule;

import org.jspecify.annotations.NullMarked;
