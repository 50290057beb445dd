/** The microvm driver: QEMU in a jail. */
@NullMarked
package thaw.microvm;

import org.jspecify.annotations.NullMarked;
