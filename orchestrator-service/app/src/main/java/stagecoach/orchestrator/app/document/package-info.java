/** The document of the API, of all services, and the form in which a process is told there. */
@NullMarked
package stagecoach.orchestrator.app.document;

import org.jspecify.annotations.NullMarked;
