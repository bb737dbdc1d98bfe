/** Machines that boot finished disks: the emulator, its console, and the shell that runs test commands in them. */
@NullMarked
package dev.kiln.worker.machine;

import org.jspecify.annotations.NullMarked;
