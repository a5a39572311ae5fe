/** Events of the orchestrator's deployment streams. */
@NullMarked
package stagecoach.contracts.deployment;

import org.jspecify.annotations.NullMarked;
