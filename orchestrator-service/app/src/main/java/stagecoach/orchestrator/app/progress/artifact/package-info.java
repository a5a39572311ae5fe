/** Files that scripts have collected: which there are, and their bytes from where they are kept. */
@NullMarked
package stagecoach.orchestrator.app.progress.artifact;

import org.jspecify.annotations.NullMarked;
