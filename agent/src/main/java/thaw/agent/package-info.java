/** The guest agent in C, the protocol it speaks, and the host's side of it. */
@NullMarked
package thaw.agent;

import org.jspecify.annotations.NullMarked;
