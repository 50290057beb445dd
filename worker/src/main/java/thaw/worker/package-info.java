/** The worker: the authority on its sandboxes. */
@NullMarked
package thaw.worker;

import org.jspecify.annotations.NullMarked;
