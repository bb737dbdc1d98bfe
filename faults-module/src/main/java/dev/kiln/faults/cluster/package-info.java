/** The processes under test: PostgreSQL, a broker, APIs, workers; and the directories of the regions. */
@NullMarked
package dev.kiln.faults.cluster;

import org.jspecify.annotations.NullMarked;
