/** Writes read-only erofs file systems: superblock and metadata; content is the caller's. */
@NullMarked
package thaw.erofs;

import org.jspecify.annotations.NullMarked;
