/** Projects, with their processes and variables. */
@NullMarked
package stagecoach.orchestrator.app.catalog.project;

import org.jspecify.annotations.NullMarked;
