/** The first page: which release of each project runs where, and what is under way. */
@NullMarked
package stagecoach.orchestrator.app.page.front;

import org.jspecify.annotations.NullMarked;
