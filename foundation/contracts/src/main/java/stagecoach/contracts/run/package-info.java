/**
 * What a phase run is given to do, and what comes of it: the sheet between the orchestrator and the
 * services that run phases.
 */
@NullMarked
package stagecoach.contracts.run;

import org.jspecify.annotations.NullMarked;
