/** The AWS Lambda HTTP API. */
@NullMarked
package thaw.frontend;

import org.jspecify.annotations.NullMarked;
