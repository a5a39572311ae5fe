/** The play WAN: relays that count bytes, a gate per region, and the tunnel that opens it. */
@NullMarked
package stagecoach.local.launcher.demo.ocean;

import org.jspecify.annotations.NullMarked;
