/** Releases over REST: versions resolved and pinned, the snapshot sealed, never changed. */
@NullMarked
package stagecoach.orchestrator.app.release;

import org.jspecify.annotations.NullMarked;
