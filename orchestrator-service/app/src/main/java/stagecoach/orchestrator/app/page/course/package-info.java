/** The page of a deployment: its phases, steps, packages and output, and why it waits or failed. */
@NullMarked
package stagecoach.orchestrator.app.page.course;

import org.jspecify.annotations.NullMarked;
