/** A release: what a project was at one moment, with its packages pinned; it never changes. */
@NullMarked
package stagecoach.orchestrator.release;

import org.jspecify.annotations.NullMarked;
