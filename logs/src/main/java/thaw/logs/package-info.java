/** What functions print: append-only segments per log group, bounded in size and age. */
@NullMarked
package thaw.logs;

import org.jspecify.annotations.NullMarked;
