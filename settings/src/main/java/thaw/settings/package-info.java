/** One HOCON file bound to typed, documented records; an unknown key stops the start. */
@NullMarked
package thaw.settings;

import org.jspecify.annotations.NullMarked;
