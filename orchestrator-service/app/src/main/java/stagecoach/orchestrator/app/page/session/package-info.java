/** Signing in to the pages with an API key, and out again. */
@NullMarked
package stagecoach.orchestrator.app.page.session;

import org.jspecify.annotations.NullMarked;
