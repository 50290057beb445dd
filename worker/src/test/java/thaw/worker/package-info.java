@NullMarked
package thaw.worker;

import org.jspecify.annotations.NullMarked;
