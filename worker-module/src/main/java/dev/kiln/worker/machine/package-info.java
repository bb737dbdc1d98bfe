/** Machines: boots a disk in QEMU and runs commands in it. */
@NullMarked
package dev.kiln.worker.machine;

import org.jspecify.annotations.NullMarked;
