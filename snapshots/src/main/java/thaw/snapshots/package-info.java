/** Snapshots: layers of changed pages, packed, encrypted and kept on disk. */
@NullMarked
package thaw.snapshots;

import org.jspecify.annotations.NullMarked;
