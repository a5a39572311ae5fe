/** The way from this machine to a server: directly, or through an HTTP proxy. */
@NullMarked
package stagecoach.tentacle.proxy;

import org.jspecify.annotations.NullMarked;
