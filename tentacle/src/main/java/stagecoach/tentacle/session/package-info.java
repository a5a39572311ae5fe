/** Getting to know the gateway, and the one connection over which both say what they must. */
@NullMarked
package stagecoach.tentacle.session;

import org.jspecify.annotations.NullMarked;
