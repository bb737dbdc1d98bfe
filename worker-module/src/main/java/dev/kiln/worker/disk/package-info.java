/**
 * Builds on disks of virtual machines: how one is opened so that the sandbox can lie over its root file system, and how
 * what commands wrote becomes a disk again. The sandbox itself is the engine's, the same as for archives.
 */
@NullMarked
package dev.kiln.worker.disk;

import org.jspecify.annotations.NullMarked;
