/** Parts of requests that several resources read: names of what is configured, and budgets. */
@NullMarked
package stagecoach.orchestrator.app.request;

import org.jspecify.annotations.NullMarked;
