/** Disks of virtual machines: their formats, partition tables and file systems, read without trusting them. */
@NullMarked
package dev.kiln.image.disk;

import org.jspecify.annotations.NullMarked;
