/** The thaw command. */
@NullMarked
package thaw.cli;

import org.jspecify.annotations.NullMarked;
