/** The command line's own small HTTP client and what it says to a platform. */
@NullMarked
package thaw.cli.client;

import org.jspecify.annotations.NullMarked;
