/**
 * Container images: found in registries or on this machine, verified, and flattened into read-only
 * erofs disks.
 */
@NullMarked
package thaw.images;

import org.jspecify.annotations.NullMarked;
