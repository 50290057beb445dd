/** What this machine can do, and what to do about what it cannot. */
@NullMarked
package thaw.cli.doctor;

import org.jspecify.annotations.NullMarked;
