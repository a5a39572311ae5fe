/**
 * The agent protocol, version 1: commands, reports, and the frames between gateway and tentacle.
 */
@NullMarked
package stagecoach.contracts.agent;

import org.jspecify.annotations.NullMarked;
