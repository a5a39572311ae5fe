/** Events of the step-runner's streams. */
@NullMarked
package stagecoach.contracts.steprun;

import org.jspecify.annotations.NullMarked;
