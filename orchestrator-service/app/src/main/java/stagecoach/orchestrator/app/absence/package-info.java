/** Which of those that deployments need do not answer, and since when. */
@NullMarked
package stagecoach.orchestrator.app.absence;

import org.jspecify.annotations.NullMarked;
