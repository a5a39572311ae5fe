/** Targets and workers: the machines with a tentacle, as people want them and as they are. */
@NullMarked
package stagecoach.orchestrator.app.catalog.machine;

import org.jspecify.annotations.NullMarked;
