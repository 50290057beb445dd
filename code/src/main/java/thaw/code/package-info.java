/**
 * Function code: archives checked and unpacked safely, kept by hash, turned into read-only disk
 * images.
 */
@NullMarked
package thaw.code;

import org.jspecify.annotations.NullMarked;
