/** The microvm driver: QEMU in a jail (docs/device-table.md, docs/jail.md). */
@NullMarked
package thaw.microvm;

import org.jspecify.annotations.NullMarked;
