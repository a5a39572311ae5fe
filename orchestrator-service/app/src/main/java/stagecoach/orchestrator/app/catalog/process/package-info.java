/** A project's process as the API says it: read with all its mistakes at once, and told again. */
@NullMarked
package stagecoach.orchestrator.app.catalog.process;

import org.jspecify.annotations.NullMarked;
