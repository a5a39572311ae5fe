/** What the commands of a deployment put out, line by line. */
@NullMarked
package stagecoach.orchestrator.app.progress.log;

import org.jspecify.annotations.NullMarked;
