/**
 * What the orchestrator's tests share: the application on real engines, the other services played.
 */
@NullMarked
package stagecoach.orchestrator.app;

import org.jspecify.annotations.NullMarked;
