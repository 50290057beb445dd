/**
 * The vocabulary: function names, ARNs, versions, invocations, AWS errors and limits. Depends on
 * nothing.
 */
@NullMarked
package thaw.model;

import org.jspecify.annotations.NullMarked;
