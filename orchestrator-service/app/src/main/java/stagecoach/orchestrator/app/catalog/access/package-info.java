/** API keys: made, shown once, listed and removed. */
@NullMarked
package stagecoach.orchestrator.app.catalog.access;

import org.jspecify.annotations.NullMarked;
