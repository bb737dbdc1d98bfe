/** The build engine: runs build commands on a base image in a sandbox and yields an image file. */
@NullMarked
package dev.kiln.worker.machine;

import org.jspecify.annotations.NullMarked;
