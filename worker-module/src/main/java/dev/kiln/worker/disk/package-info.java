/**
 * Builds on disks of virtual machines: how a disk is opened so that the sandbox can lie over its root file system, and
 * how the files that commands wrote become a disk again. The engine provides the sandbox, as for archives.
 */
@NullMarked
package dev.kiln.worker.disk;

import org.jspecify.annotations.NullMarked;
