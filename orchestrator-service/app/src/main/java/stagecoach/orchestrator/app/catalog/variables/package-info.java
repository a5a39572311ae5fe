/** A project's variables as the API says them: read, judged, and told again without secrets. */
@NullMarked
package stagecoach.orchestrator.app.catalog.variables;

import org.jspecify.annotations.NullMarked;
