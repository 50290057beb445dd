/** The guest images: kernel, root and runtimes, built from Debian packages by a recipe. */
@NullMarked
package thaw.guest;

import org.jspecify.annotations.NullMarked;
