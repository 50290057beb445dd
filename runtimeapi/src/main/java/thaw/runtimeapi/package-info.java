/** The Lambda Runtime API, served per sandbox on the host. */
@NullMarked
package thaw.runtimeapi;

import org.jspecify.annotations.NullMarked;
