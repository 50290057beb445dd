/** The driver for trusted code on one's own machine: sandboxes are containers. */
@NullMarked
package thaw.container;

import org.jspecify.annotations.NullMarked;
