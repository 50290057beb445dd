/** From a directory on disk to a deployment package. */
@NullMarked
package thaw.cli.deploy;

import org.jspecify.annotations.NullMarked;
