/** Jails, and what a driver owns on a host: what every sandbox driver is made of. */
@NullMarked
package thaw.jail;

import org.jspecify.annotations.NullMarked;
