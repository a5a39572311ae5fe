/** A run of steps: what has been started where, what came of it, and what comes next. */
@NullMarked
package stagecoach.steprunner.run;

import org.jspecify.annotations.NullMarked;
