/** Automatic starts: by schedules, and by changed base images. */
@NullMarked
package dev.kiln.api.schedule;

import org.jspecify.annotations.NullMarked;
