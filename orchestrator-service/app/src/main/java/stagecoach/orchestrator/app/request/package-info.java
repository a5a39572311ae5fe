/** What configuration may refer to by name. */
@NullMarked
package stagecoach.orchestrator.app.request;

import org.jspecify.annotations.NullMarked;
