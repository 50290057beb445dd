/** The sparse file system: a /dev/fuse server that presents layers of pages as files. */
@NullMarked
package thaw.sparsefs;

import org.jspecify.annotations.NullMarked;
