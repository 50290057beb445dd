/** The platform's process: its settings, its wiring, how it starts and ends. */
@NullMarked
package thaw.cli.platform;

import org.jspecify.annotations.NullMarked;
