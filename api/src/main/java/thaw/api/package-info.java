/** The AWS Lambda API's shapes as JSON, and the constraints of the service model. */
@NullMarked
package thaw.api;

import org.jspecify.annotations.NullMarked;
