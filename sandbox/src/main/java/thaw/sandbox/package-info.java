/** What a sandbox is and what a sandbox driver must do. */
@NullMarked
package thaw.sandbox;

import org.jspecify.annotations.NullMarked;
