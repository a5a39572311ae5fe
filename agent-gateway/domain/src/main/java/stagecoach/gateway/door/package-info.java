/** Who was refused at the gateway's ports, and how that is told. */
@NullMarked
package stagecoach.gateway.door;

import org.jspecify.annotations.NullMarked;
