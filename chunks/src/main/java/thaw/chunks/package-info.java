/**
 * The chunk store: files of any size, cut into chunks that are encrypted, deduplicated, cached and
 * collected. The formats are specified in docs/chunk-format.md.
 */
@NullMarked
package thaw.chunks;

import org.jspecify.annotations.NullMarked;
