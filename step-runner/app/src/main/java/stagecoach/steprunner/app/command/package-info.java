/** From a step that has started to the command that its tentacle gets. */
@NullMarked
package stagecoach.steprunner.app.command;

import org.jspecify.annotations.NullMarked;
