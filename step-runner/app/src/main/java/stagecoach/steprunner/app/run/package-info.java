/** Runs of steps: begun by the orchestrator's phases, carried on by the tentacles' reports. */
@NullMarked
package stagecoach.steprunner.app.run;

import org.jspecify.annotations.NullMarked;
