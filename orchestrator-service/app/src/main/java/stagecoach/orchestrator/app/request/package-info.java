/** What a person wrote in a request, read so that every mistake is told at once and by name. */
@NullMarked
package stagecoach.orchestrator.app.request;

import org.jspecify.annotations.NullMarked;
